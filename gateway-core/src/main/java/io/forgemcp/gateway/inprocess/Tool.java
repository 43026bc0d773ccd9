package io.forgemcp.gateway.inprocess;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Makes a public method a tool of {@link JavaServer#of}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Tool {
    /** What the tool does, for the model that chooses it. */
    String value();

    /** The tool's name; empty for the name of the method. */
    String name() default "";

    /** Whether it changes nothing. */
    boolean readOnly() default false;

    /** Whether it only computes, so that it may run on the thread that delivers the call. */
    boolean inline() default false;
}

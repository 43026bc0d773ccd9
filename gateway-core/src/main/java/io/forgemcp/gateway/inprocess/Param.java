package io.forgemcp.gateway.inprocess;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes a parameter of a {@link Tool} method. Without it the parameter is required and has no description. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface Param {
    /** What the parameter means, for the model that fills it in. */
    String value() default "";

    /** The argument's name; empty for the name of the parameter, which needs {@code javac -parameters}. */
    String name() default "";

    /** Whether a call must give it. The method sees null otherwise, so a primitive cannot be optional. */
    boolean required() default true;
}

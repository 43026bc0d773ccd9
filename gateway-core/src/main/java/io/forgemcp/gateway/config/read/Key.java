package io.forgemcp.gateway.config.read;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a component of a record as a key of a YAML file. The key is the component's name in snake case. A component
 * without a default is required, unless it is nullable, a list, a map or a record.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {
    /** Stands for no default. */
    String NONE = "\0";

    /** What the key means; the reference in {@code docs/configuration.md} is made of it. */
    String value();

    /** The key, where it cannot be derived from the component's name. */
    String name() default "";

    /** What is used when the key is absent, as it would be written in the file. */
    String standard() default NONE;

    /** What a bare number counts: {@code s}, {@code ms} for durations; {@code B}, {@code MB}, {@code GB} for sizes. */
    String unit() default "";

    /** The least number allowed; seconds for durations. */
    double min() default 0;

    /** The greatest number allowed; seconds for durations. */
    double max() default Double.POSITIVE_INFINITY;

    /** A list may be written as one text, whose words are split as a shell would. */
    boolean words() default false;

    /** The maps in this map may be written as lists of maps, which are joined. */
    boolean joined() default false;
}

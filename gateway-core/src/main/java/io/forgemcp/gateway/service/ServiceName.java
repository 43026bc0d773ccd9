package io.forgemcp.gateway.service;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name of a service, unique in a gateway. Names are compared without regard to case, as the files of existing
 * deployments do.
 *
 * @param value 1 to 64 characters: letters, digits, dots, underscores and hyphens, beginning with a letter or digit
 */
public record ServiceName(String value) implements Comparable<ServiceName> {
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    public ServiceName {
        if (!SHAPE.matcher(value).matches()) {
            throw new IllegalArgumentException("\"" + value
                    + "\" is not a service name. Use 1 to 64 letters, digits, dots, underscores and hyphens.");
        }
    }

    public static ServiceName of(String value) {
        return new ServiceName(value);
    }

    /**
     * The form that prefixes tool names: lower case, everything but letters and digits as single hyphens.
     */
    public String slug() {
        return value.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ServiceName that && value.equalsIgnoreCase(that.value);
    }

    @Override
    public int hashCode() {
        return value.toLowerCase(Locale.ROOT).hashCode();
    }

    @Override
    public int compareTo(ServiceName other) {
        return value.compareToIgnoreCase(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}

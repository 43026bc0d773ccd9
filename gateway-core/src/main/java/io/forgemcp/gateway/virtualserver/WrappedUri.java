package io.forgemcp.gateway.virtualserver;

import io.forgemcp.gateway.service.ServiceName;
import org.jspecify.annotations.Nullable;

/**
 * The form that a resource's URI takes where the URI alone would lead to another server, or to none: its scheme bears the
 * service in front, {@code via-NAME+file:///a}. Works for URI templates as well.
 */
final class WrappedUri {
    private static final String START = "via-";

    private WrappedUri() {}

    static String wrap(ServiceName service, String uri) {
        return START + service.slug() + "+" + uri;
    }

    /** The URI inside, if it was wrapped for this service; null if not. */
    static @Nullable String unwrap(ServiceName service, String uri) {
        int begin = START.length() + service.slug().length();
        boolean mine = uri.startsWith(START)
                && uri.startsWith(service.slug(), START.length())
                && uri.length() > begin
                && uri.charAt(begin) == '+';
        return mine ? uri.substring(begin + 1) : null;
    }
}

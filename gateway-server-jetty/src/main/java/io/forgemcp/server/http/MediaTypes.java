package io.forgemcp.server.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Looks at Content-Type and Accept (RFC 9110, 8.3 and 12.5.1). Weights are not looked at. */
final class MediaTypes {
    private MediaTypes() {}

    /** Whether a body with this Content-Type is JSON. */
    static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int end = contentType.indexOf(';');
        String type = (end < 0 ? contentType : contentType.substring(0, end)).strip();
        return type.equalsIgnoreCase("application/json");
    }

    /** Whether a client with this Accept takes JSON or an event stream; one that does not say takes JSON. */
    static boolean acceptsJsonOrEvents(@Nullable String accept) {
        return accept == null
                || accept.isBlank()
                || names(accept, "application/json")
                || names(accept, "text/event-stream")
                || names(accept, "application/*")
                || names(accept, "text/*")
                || names(accept, "*/*");
    }

    private static boolean names(String accept, String type) {
        return accept.contains(type) || accept.toLowerCase(Locale.ROOT).contains(type);
    }
}

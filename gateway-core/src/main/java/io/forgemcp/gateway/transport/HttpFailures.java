package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** How the HTTP transports say what went wrong with one server. */
record HttpFailures(String service, URI url) {
    private static final int MAX_QUOTE = 80;

    /** The exchange broke, or never came about. */
    GatewayException broken(String what, Throwable failure, boolean delivered) {
        if (failure instanceof GatewayException known) {
            // The HTTP client knows better, but not which service it works for.
            return new GatewayException(
                    known.code(),
                    "Service \"" + service + "\" was not asked for " + what + ". " + known.getMessage(),
                    known);
        }
        if (delivered) {
            return new GatewayException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "The connection to service \"" + service + "\" broke after " + what
                            + " was sent; it may or may not have run and was not repeated.",
                    failure);
        }
        // Host and port only: the rest of a URL may hold secrets.
        return new GatewayException(
                ErrorCode.UPSTREAM_UNREACHABLE,
                "Service \"" + service + "\" could not be reached at " + url.getAuthority() + " ("
                        + failure.getClass().getSimpleName() + "); " + what + " was not sent. Check that it runs.",
                failure);
    }

    GatewayException wrongType(String what, @Nullable String type) {
        return new GatewayException(
                ErrorCode.UPSTREAM_PROTOCOL,
                "Service \"" + service + "\" answered " + what + " "
                        + (type == null ? "without a content type" : "as \"" + quoted(type) + "\"")
                        + ", which is not MCP. Check that its URL is the MCP endpoint.");
    }

    GatewayException notMcp(String what, GatewayException why) {
        return new GatewayException(
                ErrorCode.UPSTREAM_PROTOCOL,
                "Service \"" + service + "\" answered " + what + " with no valid MCP message: " + why.getMessage(),
                why);
    }

    GatewayException tooLarge(String what, int limit) {
        return new GatewayException(
                ErrorCode.UPSTREAM_PROTOCOL,
                "Service \"" + service + "\" answered " + what + " with more than " + limit
                        + " bytes. Ask it for less, or raise the limit for messages from servers.");
    }

    GatewayException closed(String what) {
        return new GatewayException(
                ErrorCode.UPSTREAM_UNREACHABLE,
                "The conversation with service \"" + service + "\" is closed; " + what + " was not sent.");
    }

    private static String quoted(String text) {
        String plain = text.replaceAll("[^ -~]", "?");
        return plain.length() <= MAX_QUOTE ? plain : plain.substring(0, MAX_QUOTE);
    }

    /** Whether a Content-Type header names this type, whatever its parameters. */
    static boolean isType(@Nullable String header, String wanted) {
        if (header == null || !header.regionMatches(true, 0, wanted, 0, wanted.length())) {
            return false;
        }
        if (header.length() == wanted.length()) {
            return true;
        }
        char next = header.charAt(wanted.length());
        return next == ';' || next == ' ';
    }
}

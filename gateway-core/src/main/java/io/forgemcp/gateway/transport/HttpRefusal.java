package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.ServerMessageRules;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An answer whose status is no success: what it means and how to say it. Not thread-safe. */
final class HttpRefusal {
    /** A refusal is read this far to find a JSON-RPC error in it. */
    private static final int LIMIT = 64 << 10;

    private final String service;
    private final String what;
    private final int status;
    private final ByteCollector collector = new ByteCollector(LIMIT);
    private byte[] body = {};

    /** @param what was refused, for people, for example {@code tools/call} */
    HttpRefusal(String service, String what, int status) {
        this.service = service;
        this.what = what;
        this.status = status;
    }

    void add(ByteBuffer part) {
        collector.add(part);
    }

    /** The body is complete. */
    void end() {
        body = collector.take();
    }

    /** The JSON-RPC error in the body, under the id of the refused request; null if there is none. */
    @Nullable
    Message error(long id) {
        JsonSlice error;
        try {
            error = body.length == 0 ? null : JsonSlice.parse(body).member("error");
        } catch (GatewayException notJson) {
            return null;
        }
        if (error == null || !ServerMessageRules.isError(error)) {
            return null;
        }
        // Servers that refuse before they have read the request put null or a word of their own for the id.
        return Message.parse(
                ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":" + error + "}").getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a request that named a session was refused because the server does not know the session any more. */
    boolean meansSessionLost() {
        if (status == 404) {
            // Modern requests for methods that do not exist are refused like that too (MCP 2026-07-28, Streamable
            // HTTP).
            Message error = error(0);
            return error == null || !"-32601".equals(error.errorCode());
        }
        // Some servers say 400 and name the reason in the text only.
        return status == 400
                && new String(body, StandardCharsets.UTF_8)
                        .toLowerCase(Locale.ROOT)
                        .contains("session");
    }

    /** What a modern server says with a status that is no success (MCP 2026-07-28, Streamable HTTP). */
    private static final Set<String> MODERN_ERRORS =
            Set.of("-32700", "-32600", "-32601", "-32602", "-32603", "-32020", "-32021", "-32022");

    /**
     * Whether a modern request was refused by a server that does not know what that is.
     *
     * @param error the JSON-RPC error in the body, if there is one
     */
    boolean meansOtherGeneration(Outgoing request, @Nullable Message error) {
        if (!request.isModern() || (status != 400 && status != 404 && status != 405)) {
            return false;
        }
        String code = error == null ? null : error.errorCode();
        return code == null || !MODERN_ERRORS.contains(code);
    }

    GatewayException otherGeneration() {
        return new GatewayException(
                ErrorCode.SESSION_NOT_FOUND,
                "Service \"" + service + "\" does not answer " + what + " without a session (HTTP " + status + ").");
    }

    GatewayException sessionLost() {
        return new GatewayException(
                ErrorCode.SESSION_NOT_FOUND, "Service \"" + service + "\" no longer knows the gateway's session.");
    }

    HttpRefusedException toException() {
        String start = "Service \"" + service + "\" answered " + what + " with HTTP " + status + ". ";
        if (status == 401 || status == 403) {
            return new HttpRefusedException(
                    ErrorCode.UPSTREAM_REFUSED,
                    start + "Check the credentials in the headers of its configuration.",
                    status);
        }
        String advice;
        if (status >= 300 && status < 400) {
            advice = "The gateway follows no redirects; configure the URL it redirects to.";
        } else if (status >= 500) {
            advice = "Its own log may say why.";
        } else {
            advice = "Check that its URL is the MCP endpoint.";
        }
        return new HttpRefusedException(ErrorCode.UPSTREAM_PROTOCOL, start + advice, status);
    }
}

package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.HeaderText;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.MirroredName;
import io.forgemcp.gateway.protocol.ParameterHeaders;

/**
 * The headers of a modern request repeat parts of its body, so that proxies can route by them; here it is seen to that
 * nobody is told two stories (MCP 2026-07-28, Streamable HTTP, Server Validation). Names of headers are compared without
 * regard to case by whoever implements {@link McpRequest}; values are compared exactly.
 */
final class HeaderRules {
    private static final String METHOD = "Mcp-Method";
    private static final String NAME = "Mcp-Name";

    private HeaderRules() {}

    /** @throws GatewayException with {@link ErrorCode#HEADER_MISMATCH} */
    static void check(McpRequest request, Message message) {
        String method = request.header(METHOD);
        if (method == null) {
            throw mismatch(
                    "The header " + METHOD + " is missing; the body has the method \"" + message.method() + "\".");
        }
        if (!HeaderText.trimmed(method).equals(message.method())) {
            throw mismatch("The header " + METHOD + " does not say what the body says: \"" + message.method() + "\".");
        }
        String name = MirroredName.of(message);
        if (name == null) {
            return;
        }
        String sent = request.header(NAME);
        if (sent == null) {
            throw mismatch("The header " + NAME + " is missing; " + message.method() + " needs it.");
        }
        String decoded = HeaderText.decode(sent);
        if (decoded == null) {
            throw mismatch("The header " + NAME + " holds Base64 that cannot be read.");
        }
        if (!decoded.equals(name)) {
            throw mismatch("The header " + NAME + " does not name what the body names.");
        }
    }

    /** @throws GatewayException with {@link ErrorCode#HEADER_MISMATCH} */
    static void checkParameters(McpRequest request, Message message, ParameterHeaders parameters) {
        if (parameters.isEmpty()) {
            return;
        }
        JsonSlice params = message.get(Field.PARAMS);
        String complaint = parameters.mismatch(params == null ? null : params.member("arguments"), request::header);
        if (complaint != null) {
            throw mismatch(complaint);
        }
    }

    private static GatewayException mismatch(String message) {
        return new GatewayException(ErrorCode.HEADER_MISMATCH, message);
    }
}

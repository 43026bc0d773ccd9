package io.forgemcp.server.http;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonText;
import java.nio.charset.StandardCharsets;

/** The JSON of a failure: one shape for REST paths, a JSON-RPC error on MCP paths. */
final class ErrorBody {
    private ErrorBody() {}

    static byte[] rest(GatewayException failure, String requestId) {
        return ("{\"detail\":" + quote(message(failure)) + ",\"code\":\""
                        + failure.code().code() + "\",\"requestId\":" + quote(requestId) + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    static byte[] rpc(GatewayException failure, String requestId) {
        return ("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":"
                        + failure.code().jsonRpcCode() + ",\"message\":" + quote(message(failure))
                        + ",\"data\":{\"code\":\"" + failure.code().code() + "\",\"requestId\":" + quote(requestId)
                        + "}}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String message(GatewayException failure) {
        String message = failure.getMessage();
        return message == null ? failure.code().name() : message;
    }

    private static String quote(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}

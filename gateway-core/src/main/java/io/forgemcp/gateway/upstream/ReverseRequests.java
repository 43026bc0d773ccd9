package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;

/**
 * What servers ask of their client. The gateway answers {@code ping} itself; everything else needs a client capability
 * that it does not offer, so it is refused as the specification asks (JSON-RPC -32601).
 */
final class ReverseRequests {
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

    private ReverseRequests() {}

    static byte[] answer(Message request) {
        RequestId id = request.requireId();
        String method = request.method();
        if (method.equals("ping")) {
            return Messages.result(id, EMPTY);
        }
        return Messages.error(
                id,
                new GatewayException(
                        ErrorCode.METHOD_NOT_FOUND,
                        "The gateway offers servers no \"" + method + "\" on this session."));
    }
}

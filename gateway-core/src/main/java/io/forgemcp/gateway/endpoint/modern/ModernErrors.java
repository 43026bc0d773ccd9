package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;

/** How the gateway's own failures look to a modern client: which JSON-RPC code, and which HTTP status. */
final class ModernErrors {
    private static final int INVALID_PARAMS = -32602;

    private ModernErrors() {}

    static void refuse(ModernReply reply, RequestId id, GatewayException failure) {
        reply.answer(status(failure.code()), json(id, failure));
    }

    static byte[] json(RequestId id, GatewayException failure) {
        // The code of its own that older revisions have for this is gone (MCP 2026-07-28, Resources).
        int code = failure.code() == ErrorCode.UNKNOWN_RESOURCE
                ? INVALID_PARAMS
                : failure.code().jsonRpcCode();
        return Messages.error(id, failure, code);
    }

    /**
     * Only a request that was refused before anybody worked on it has a status of its own; what goes wrong later is an
     * answer like any other.
     */
    static int status(ErrorCode code) {
        return switch (code) {
            case HEADER_MISMATCH,
                    REQUEST_META_INVALID,
                    CLIENT_CAPABILITY_MISSING,
                    UNKNOWN_REVISION,
                    INVALID_REQUEST,
                    METHOD_NOT_FOUND,
                    UNKNOWN_VIRTUAL_SERVER,
                    TOO_MANY_STREAMS,
                    SHUTTING_DOWN -> code.httpStatus();
            default -> 200;
        };
    }
}

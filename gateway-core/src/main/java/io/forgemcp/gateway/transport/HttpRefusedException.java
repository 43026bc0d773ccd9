package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;

/** A server answered with a status that is no success; which one decides whether an older transport is worth a try. */
final class HttpRefusedException extends GatewayException {
    private static final long serialVersionUID = 1L;

    private final int status;

    HttpRefusedException(ErrorCode code, String message, int status) {
        super(code, message);
        this.status = status;
    }

    int status() {
        return status;
    }
}

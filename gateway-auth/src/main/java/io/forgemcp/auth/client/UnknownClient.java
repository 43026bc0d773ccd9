package io.forgemcp.auth.client;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;

/**
 * An authorization server does not know a client, or not any more, or not with this secret ({@code invalid_client}, RFC
 * 6749, section 5.2).
 */
final class UnknownClient extends GatewayException {
    private static final long serialVersionUID = 1L;

    UnknownClient(String reason) {
        super(ErrorCode.UPSTREAM_REFUSED, Refused.sentence(reason));
    }
}

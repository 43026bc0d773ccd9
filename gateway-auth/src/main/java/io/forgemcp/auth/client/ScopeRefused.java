package io.forgemcp.auth.client;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;

/** An authorization server does not give the scopes that were asked for ({@code invalid_scope}, RFC 6749, section 5.2). */
final class ScopeRefused extends GatewayException {
    private static final long serialVersionUID = 1L;

    ScopeRefused(String reason) {
        super(ErrorCode.UPSTREAM_REFUSED, Refused.sentence(reason));
    }
}

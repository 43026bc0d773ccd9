package io.forgemcp.auth.client;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;

/** Why the gateway cannot or will not be authorised; the sentences never hold a token, a code or a secret. */
final class Refused {
    private Refused() {}

    static GatewayException because(String reason) {
        return new GatewayException(ErrorCode.UPSTREAM_REFUSED, "The gateway was not authorised: " + reason);
    }
}

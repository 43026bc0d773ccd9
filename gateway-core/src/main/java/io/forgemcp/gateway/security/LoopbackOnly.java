package io.forgemcp.gateway.security;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Whoever is on this machine is an administrator, nobody else is let in: the default without an identity plugin. */
public final class LoopbackOnly implements Authenticator {
    private static final CompletionStage<Caller> LOCAL = CompletableFuture.completedStage(Caller.LOCAL);

    @Override
    public CompletionStage<Caller> authenticate(Credentials credentials) {
        if (credentials.loopback()) {
            return LOCAL;
        }
        return CompletableFuture.failedStage(new GatewayException(
                ErrorCode.UNAUTHENTICATED,
                "Only callers on this machine are let in. Configure authentication to open the gateway to others."));
    }
}

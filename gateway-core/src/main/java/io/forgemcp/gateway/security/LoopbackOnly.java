package io.forgemcp.gateway.security;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Whoever is on this machine may do everything, nobody else anything: the default without an identity plugin. */
public final class LoopbackOnly implements Authenticator, AccessPolicy {
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

    @Override
    public boolean mayUse(Caller caller, String virtualServer) {
        return true;
    }

    @Override
    public boolean mayCall(Caller caller, ServiceName service, String tool) {
        return true;
    }

    @Override
    public boolean mayAdminister(Caller caller) {
        return true;
    }

    @Override
    public boolean isUniform() {
        return true;
    }
}

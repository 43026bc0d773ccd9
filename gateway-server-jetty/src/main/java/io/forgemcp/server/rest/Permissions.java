package io.forgemcp.server.rest;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route.RestHandler;
import java.util.concurrent.CompletionStage;

/** Keeps what changes something to those who may. */
public record Permissions(AccessPolicy policy) {
    /** The handler, for administrators only. */
    public RestHandler administer(RestHandler handler) {
        return new ForAdministrators(policy, handler);
    }

    private record ForAdministrators(AccessPolicy policy, RestHandler handler) implements RestHandler {
        @Override
        public void admit(Caller caller) {
            if (!policy.mayAdminister(caller)) {
                throw new GatewayException(
                        ErrorCode.FORBIDDEN,
                        "Caller \"" + caller.principal() + "\" may not do this: it needs " + policy.administratorNeeds()
                                + ". Ask an administrator.");
            }
        }

        @Override
        public CompletionStage<RestAnswer> handle(RestRequest request) {
            // Also when another handler was put around this one, which lets everybody in.
            admit(request.caller());
            return handler.handle(request);
        }
    }
}

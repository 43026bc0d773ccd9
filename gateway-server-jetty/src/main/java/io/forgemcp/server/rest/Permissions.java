package io.forgemcp.server.rest;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.server.http.Route.RestHandler;

/** Keeps what changes something to those who may. */
public record Permissions(AccessPolicy policy) {
    /** The handler, for administrators only. */
    public RestHandler administer(RestHandler handler) {
        return request -> {
            if (!policy.mayAdminister(request.caller())) {
                throw new GatewayException(
                        ErrorCode.FORBIDDEN,
                        "Caller \"" + request.caller().principal()
                                + "\" may not do this: it needs " + policy.administratorNeeds()
                                + ". Ask an administrator.");
            }
            return handler.handle(request);
        };
    }
}

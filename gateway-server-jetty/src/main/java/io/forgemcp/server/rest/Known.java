package io.forgemcp.server.rest;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.server.http.RestRequest;

/** Finds the service that a path names. */
public record Known(ServiceManager services) {
    /** @throws GatewayException {@code UNKNOWN_SERVICE} */
    public ServiceStatus require(RestRequest request) {
        try {
            return services.status(ServiceName.of(request.variable())).orElseThrow(() -> unknown(request));
        } catch (IllegalArgumentException noName) {
            throw unknown(request);
        }
    }

    private static GatewayException unknown(RestRequest request) {
        return new GatewayException(
                ErrorCode.UNKNOWN_SERVICE,
                "There is no service \"" + request.variable() + "\". GET /services lists them.");
    }
}

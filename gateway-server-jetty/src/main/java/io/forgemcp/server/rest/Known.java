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
        return require(request.variable());
    }

    /** @throws GatewayException {@code UNKNOWN_SERVICE} */
    public ServiceStatus require(String name) {
        try {
            return services.status(ServiceName.of(name)).orElseThrow(() -> unknown(name));
        } catch (IllegalArgumentException noName) {
            throw unknown(name);
        }
    }

    private static GatewayException unknown(String name) {
        return new GatewayException(
                ErrorCode.UNKNOWN_SERVICE, "There is no service \"" + name + "\". GET /services lists them.");
    }
}

package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;

/** Every instance of a service belongs to another client: nothing is wrong with the service. */
public final class InstancesTaken extends GatewayException {
    private static final long serialVersionUID = 1L;

    InstancesTaken(ServiceName service, int instances) {
        super(
                ErrorCode.SERVICE_UNAVAILABLE,
                "Service " + service + " has isolation: session and all of its " + instances
                        + " instance(s) belong to other clients. Raise max_instances, or use isolation: shared.");
    }
}

package io.forgemcp.gateway.scaling;

import io.forgemcp.gateway.service.InstanceLimits;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;
import java.util.List;

/**
 * Everything a decision may rest on.
 *
 * @param instances how many run or start now
 * @param samples the recent load, oldest first; may be empty
 */
public record ScalingInputs(
        ServiceName service, InstanceLimits limits, int instances, Instant now, List<LoadSample> samples) {
    public ScalingInputs {
        if (instances < 0) {
            throw new IllegalArgumentException("There are no " + instances + " instances");
        }
        samples = List.copyOf(samples);
    }
}

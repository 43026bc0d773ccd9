package io.forgemcp.gateway.scaling;

/**
 * Decides how many instances a service should have. A plugin interface; a threshold policy ships with the core. Asked
 * every scaling interval for every service, from one timer thread: must be quick and must not block. Pure: the same
 * inputs give the same decision. A number outside the service's limits is brought inside by the caller; after a throw
 * everything stays as it is.
 */
@FunctionalInterface
public interface ScalingPolicy {
    ScalingDecision decide(ScalingInputs inputs);
}

package io.forgemcp.examples.plugins;

import io.forgemcp.gateway.scaling.ScalingDecision;
import io.forgemcp.gateway.scaling.ScalingInputs;
import io.forgemcp.gateway.scaling.ScalingPolicy;

/** Always wants the same number. */
record FixedScaling(int instances) implements ScalingPolicy {
    @Override
    public ScalingDecision decide(ScalingInputs inputs) {
        return new ScalingDecision(instances, "always " + instances);
    }
}

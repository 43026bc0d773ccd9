package io.forgemcp.testkit;

import io.forgemcp.gateway.scaling.ScalingPolicy;
import io.forgemcp.gateway.scaling.ThresholdScalingPolicy;

class ThresholdScalingPolicyContractTest extends ScalingPolicyContract {
    @Override
    protected ScalingPolicy newPolicy() {
        return new ThresholdScalingPolicy(ThresholdScalingPolicy.Settings.DEFAULT);
    }
}

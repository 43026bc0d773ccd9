package io.forgemcp.testkit;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.metrics.NoMetrics;

class NoMetricsContractTest extends GatewayMetricsContract {
    @Override
    protected GatewayMetrics newMetrics() {
        return new NoMetrics();
    }

    @Override
    protected double read(GatewayMetrics metrics, Metric metric, String... labelValues) {
        return Double.NaN;
    }

    @Override
    protected boolean keepsValues() {
        return false;
    }
}

package io.forgemcp.testkit;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.forgemcp.gateway.metrics.DropwizardMetrics;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;

class DropwizardMetricsContractTest extends GatewayMetricsContract {
    @Override
    protected GatewayMetrics newMetrics() {
        return new DropwizardMetrics();
    }

    @Override
    protected double read(GatewayMetrics metrics, Metric metric, String... labelValues) {
        StringBuilder name = new StringBuilder(metric.id());
        for (int i = 0; i < labelValues.length; i++) {
            name.append(i == 0 ? '{' : ',')
                    .append(metric.labels().get(i))
                    .append('=')
                    .append(labelValues[i]);
        }
        MetricRegistry registry = ((DropwizardMetrics) metrics).registry();
        com.codahale.metrics.Metric found =
                registry.getMetrics().get(name.append('}').toString());
        if (found instanceof Counter counter) {
            return counter.getCount();
        }
        return found instanceof Gauge<?> gauge ? ((Number) gauge.getValue()).doubleValue() : Double.NaN;
    }
}

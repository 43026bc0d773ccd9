package io.forgemcp.examples.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.ServiceName;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CustomPluginsTest {
    private final CustomPlugins plugins = new CustomPlugins();
    private Gateway gateway;

    @BeforeEach
    void start() {
        gateway = plugins.gateway();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private String call(String tool) {
        return gateway.call(tool, Map.of()).toCompletableFuture().join().text();
    }

    @Test
    void ourRuntimeStartsAndStopsTheServices() {
        assertThat(call("greeter-say")).isEqualTo("hello");
        assertThat(call("parrot-say")).isEqualTo("pieces of eight");

        gateway.close();

        assertThat(plugins.runtime().diary())
                .contains("started greeter#1", "started parrot#1", "stopped greeter#1", "stopped parrot#1");
    }

    @Test
    void ourRouterRanksTheTools() {
        call("greeter-say");
        call("parrot-say");

        // Keyword search would find neither: the query shares no word with them.
        assertThat(gateway.search("zebra", 5).toCompletableFuture().join())
                .extracting(match -> match.tool().name())
                .containsExactly("parrot-say", "greeter-say");
    }

    @Test
    void ourScalingPolicyIsAskedAndKeptWithinTheLimits() {
        var decisions = gateway.scalingDecisions();

        assertThat(decisions.get(ServiceName.of("greeter")).reason()).isEqualTo("always 2");
        assertThat(decisions.get(ServiceName.of("greeter")).instances()).isEqualTo(2);
        assertThat(decisions.get(ServiceName.of("parrot")).instances()).isEqualTo(1);
    }

    @Test
    void ourMetricsSeeTheCalls() {
        double before = plugins.metrics().total(Metric.REQUESTS);

        call("greeter-say");

        assertThat(plugins.metrics().total(Metric.REQUESTS)).isGreaterThan(before);
        assertThat(plugins.metrics().gauge(Metric.UP, "forge-mcp")).isEqualTo(1);
    }
}

package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each probe passes on a straight way to a server and through the gateway, and fails where its fault was put in. */
@Tag("node")
@Timeout(60)
class FaultTest {
    private static NodeScript upstream;
    private static NodeScript observer;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        upstream = NodeScript.conformanceServer();
        observer = NodeScript.start("conformance/observer.mjs");
        gateway = TestGateway.of(service("conformance", upstream), service("observer", observer));
        try (GatewayClient client = gateway.client("conformance");
                GatewayClient other = gateway.client("observer")) {
            Learnt.await(client, "tools/list", "tools", NodeScript.CONFORMANCE_TOOLS);
            Learnt.await(other, "tools/list", "tools", 2);
        }
    }

    private static ServiceDefinition service(String name, NodeScript server) {
        return ServiceDefinition.http(name, server.url())
                .isolation(Isolation.SESSION)
                .build();
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
        for (NodeScript server : new NodeScript[] {upstream, observer}) {
            if (server != null) {
                server.close();
            }
        }
    }

    private static URI server(Fault fault) {
        return (fault.needsObserver() ? observer : upstream).url();
    }

    @ParameterizedTest
    @EnumSource
    void theProbePassesOnAStraightWay(Fault fault) {
        try (NodeScript front =
                NodeScript.start("conformance/front.mjs", server(fault).toString())) {
            assertThatCode(() -> fault.probe().check(front.url(), server(fault)))
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theProbeFailsWhereItsFaultIs(Fault fault) {
        try (NodeScript front =
                NodeScript.start("conformance/front.mjs", server(fault).toString(), fault.argument())) {
            assertThat(failure(fault, front.url()))
                    .as("what the probe says of " + fault.argument())
                    .isNotNull();
        }
    }

    @Test
    void everyProbePassesThroughTheGateway() {
        Map<String, String> lost = new TreeMap<>();
        for (Fault fault : Fault.values()) {
            String failure = failure(fault, gateway.mcp(fault.needsObserver() ? "observer" : "conformance"));
            if (failure != null) {
                lost.put(fault.argument(), failure);
            }
        }
        System.out.printf(
                "faults: %d probes, %d pass through the gateway%n",
                Fault.values().length, Fault.values().length - lost.size());
        Baseline.conformance().assertMatches("fault", lost);
    }

    /** What the probe says, null if it passes. */
    private static @Nullable String failure(Fault fault, URI way) {
        try {
            fault.probe().check(way, server(fault));
            return null;
        } catch (Exception | AssertionError failure) {
            return failure.toString();
        }
    }
}

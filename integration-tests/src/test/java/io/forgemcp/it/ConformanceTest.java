package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The official conformance suite, against a server alone and against the gateway in front of it. Whatever passes alone
 * has to pass through the gateway. Prints the counts; what the suite reported is kept below {@code target/conformance}.
 */
@Tag("node")
class ConformanceTest {
    private static final Path RESULTS = Checkout.module().resolve("target/conformance");

    private static NodeScript upstream;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        upstream = NodeScript.conformanceServer();
        gateway = TestGateway.of(ServiceDefinition.http("conformance", upstream.url())
                .isolation(Isolation.SESSION)
                .build());
        try (GatewayClient client = gateway.client("conformance")) {
            Learnt.await(client, "tools/list", "tools", NodeScript.CONFORMANCE_TOOLS);
        }
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (upstream != null) {
            upstream.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(240)
    void noCheckIsLostOnTheWayThroughTheGateway(Revision revision) {
        ConformanceRun alone = ConformanceRun.server(
                upstream.url(), revision, RESULTS.resolve(revision.date()).resolve("alone"));
        assertThat(alone.status()).as("exit code without the gateway").isZero();
        assertThat(alone.passed()).as("passed without the gateway").isEqualTo(revision.passedAlone());
        assertThat(alone.failed()).as("failed without the gateway").isEqualTo(revision.failedAlone());

        ConformanceRun through = ConformanceRun.server(
                gateway.mcp("conformance"),
                revision,
                RESULTS.resolve(revision.date()).resolve("through"));
        Map<String, String> lost = through.lostAgainst(alone);
        System.out.printf(
                "conformance %s server: alone %d passed, %d failed; through the gateway %d passed, %d failed, %d lost%n",
                revision.date(), alone.passed(), alone.failed(), through.passed(), through.failed(), lost.size());
        Baseline.conformance().assertMatches(revision.date() + " server", lost);
    }
}

package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.translate.BridgeSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The official conformance suite against a stdio server behind the bridge: every required scenario of every revision. */
@Tag("node")
class TranslateConformanceTest {
    private static TestBridge bridge;

    @BeforeAll
    static void start() {
        ServiceDefinition server = ServiceDefinition.stdio(
                        "conformance",
                        Checkout.modernNode(),
                        Checkout.script("conformance/stdio.mjs").toString())
                .build();
        bridge = new TestBridge(server, BridgeSettings.DEFAULT);
    }

    @AfterAll
    static void stop() {
        if (bridge != null) {
            bridge.close();
        }
    }

    /**
     * The counts are all that the suite checks, less a server that closes a stream in the middle of a call, which it cannot
     * on standard streams.
     */
    @ParameterizedTest
    @CsvSource({"R2025_03_26, 3, 0", "R2025_06_18, 56, 0", "R2025_11_25, 83, 0", "R2026_07_28, 196, 0"})
    @Timeout(240)
    void aStdioServerConformsBehindTheBridge(Revision revision, int passed, int failed) {
        Path results = Checkout.module().resolve("target/conformance").resolve(revision.date() + "-translate");
        ConformanceRun run = ConformanceRun.server(bridge.uri("/mcp"), revision, results);
        System.out.printf(
                "conformance %s server: through the bridge %d passed, %d failed%n",
                revision.date(), run.passed(), run.failed());
        assertThat(run.status()).as("exit code: the required scenarios").isZero();
        assertThat(run.passed()).isGreaterThanOrEqualTo(passed);
        assertThat(run.failed()).isLessThanOrEqualTo(failed);
    }
}

package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The client scenarios of the official conformance suite: the suite plays a server and judges what its client sends. The
 * client is the TypeScript SDK, alone and with the gateway in between, which is then what the suite sees; also a client of
 * the older generation in front of a server of the newer one, and the other way round. Not run: {@code auth/*}, which need
 * a gateway that gets tokens for its upstreams.
 */
@Tag("node")
class ClientConformanceTest {
    private static final String TIMEOUT_MILLIS = "15000";
    private static final Path RESULTS = Checkout.module().resolve("target/conformance");

    private static final Map<String, ConformanceRun> ALONE = new HashMap<>();

    private static GatewayOnDemand gateways;

    @BeforeAll
    static void start() {
        gateways = GatewayOnDemand.start();
    }

    @AfterAll
    static void stop() {
        if (gateways != null) {
            gateways.close();
        }
    }

    /** The era is what the client in front of the gateway speaks, the revision is what the suite's server does. */
    @ParameterizedTest
    @CsvSource({
        "2025-06-18, legacy, initialize",
        "2025-06-18, legacy, tools_call",
        "2025-11-25, legacy, initialize",
        "2025-11-25, legacy, tools_call",
        "2025-11-25, legacy, elicitation-sep1034-client-defaults",
        "2025-11-25, legacy, sse-retry",
        "2025-11-25, legacy, json-schema-2020-12-preservation",
        "2026-07-28, auto, tools_call",
        "2026-07-28, auto, request-metadata",
        "2026-07-28, auto, sep-2322-client-request-state",
        "2026-07-28, auto, http-standard-headers",
        "2026-07-28, auto, http-custom-headers",
        "2026-07-28, auto, http-invalid-tool-headers",
        "2026-07-28, auto, json-schema-ref-no-deref",
        "2026-07-28, auto, json-schema-2020-12-preservation",
        "2026-07-28, legacy, tools_call",
        "2026-07-28, legacy, request-metadata",
        "2026-07-28, legacy, sep-2322-client-request-state",
        "2026-07-28, legacy, http-standard-headers",
        "2026-07-28, legacy, http-custom-headers",
        "2026-07-28, legacy, http-invalid-tool-headers",
        "2025-11-25, auto, elicitation-sep1034-client-defaults"
    })
    @Timeout(180)
    void noCheckIsLostWhenTheGatewayIsTheClient(String revision, String era, String scenario) {
        // Alone there is nobody to translate: the client speaks what the server does.
        ConformanceRun alone =
                ALONE.computeIfAbsent(revision + "/" + scenario, key -> run(revision, "auto", scenario, "-", "alone"));
        assertThat(alone.status()).as("exit code without the gateway").isZero();
        ConformanceRun through = run(revision, era, scenario, gateways.url().toString(), "through");
        Map<String, String> lost = through.lostAgainst(alone);
        System.out.printf(
                "conformance %s client, %s client in front, %s: alone %d passed, %d failed; through the gateway %d passed, %d failed, %d lost%n",
                revision,
                era,
                scenario,
                alone.passed(),
                alone.failed(),
                through.passed(),
                through.failed(),
                lost.size());
        Baseline.conformance().assertMatches(revision + " client " + era + " " + scenario, lost);
    }

    private static ConformanceRun run(String revision, String era, String scenario, String gateway, String side) {
        String client = String.join(
                " ",
                Checkout.modernNode(),
                Checkout.script("conformance/client.mjs").toString(),
                era,
                gateway);
        List<String> suite = ConformanceRun.suite(
                "client",
                "--command",
                client,
                "--scenario",
                scenario,
                "--spec-version",
                revision,
                "--timeout",
                TIMEOUT_MILLIS);
        return ConformanceRun.run(
                suite, RESULTS.resolve(revision).resolve("client-" + era).resolve(scenario + "-" + side));
    }
}

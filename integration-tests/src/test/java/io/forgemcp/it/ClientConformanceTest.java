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
 * the older generation in front of a server of the newer one, and the other way round. In {@code
 * auth/*} the server wants OAuth, which only the gateway does: the client calls, opens the page that the error names as a
 * browser would, and calls again.
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

    @ParameterizedTest
    @CsvSource({
        "2025-03-26, auth/2025-03-26-oauth-metadata-backcompat, 9",
        "2025-11-25, auth/metadata-default, 15",
        "2025-11-25, auth/metadata-var1, 15",
        "2025-11-25, auth/metadata-var2, 15",
        "2025-11-25, auth/metadata-var3, 15",
        "2025-11-25, auth/basic-cimd, 10",
        "2025-11-25, auth/scope-from-www-authenticate, 11",
        "2025-11-25, auth/scope-from-scopes-supported, 11",
        "2025-11-25, auth/scope-omitted-when-undefined, 11",
        "2025-11-25, auth/scope-step-up, 12",
        "2025-11-25, auth/scope-retry-limit, 10",
        "2025-11-25, auth/token-endpoint-auth-basic, 16",
        "2025-11-25, auth/token-endpoint-auth-post, 16",
        "2025-11-25, auth/token-endpoint-auth-none, 16",
        "2025-11-25, auth/pre-registration, 10",
        "2026-07-28, auth/metadata-default, 16",
        "2026-07-28, auth/metadata-var1, 16",
        "2026-07-28, auth/metadata-var2, 16",
        "2026-07-28, auth/metadata-var3, 16",
        "2026-07-28, auth/basic-cimd, 10",
        "2026-07-28, auth/scope-from-www-authenticate, 12",
        "2026-07-28, auth/scope-from-scopes-supported, 12",
        "2026-07-28, auth/scope-omitted-when-undefined, 12",
        "2026-07-28, auth/scope-step-up, 14",
        "2026-07-28, auth/scope-retry-limit, 11",
        "2026-07-28, auth/token-endpoint-auth-basic, 17",
        "2026-07-28, auth/token-endpoint-auth-post, 17",
        "2026-07-28, auth/token-endpoint-auth-none, 17",
        "2026-07-28, auth/pre-registration, 10",
        "2026-07-28, auth/resource-mismatch, 2",
        "2026-07-28, auth/offline-access-scope, 13",
        "2026-07-28, auth/offline-access-not-supported, 12",
        "2026-07-28, auth/authorization-server-migration, 14",
        "2026-07-28, auth/iss-supported, 12",
        "2026-07-28, auth/iss-not-advertised, 12",
        "2026-07-28, auth/iss-supported-missing, 8",
        "2026-07-28, auth/iss-wrong-issuer, 8",
        "2026-07-28, auth/iss-unexpected, 8",
        "2026-07-28, auth/iss-normalized, 8",
        "2026-07-28, auth/metadata-issuer-mismatch, 3",
        "2026-07-28, auth/client-credentials-basic, 5",
        "2026-07-28, auth/client-credentials-jwt, 5"
    })
    @Timeout(180)
    void theGatewayGetsItselfAuthorisedAsTheSpecificationSays(String revision, String scenario, int passed) {
        ConformanceRun run = run(revision, "auto", scenario, gateways.url().toString(), "through");
        // Some checks are made of every request, and how often lists are asked for is a matter of time.
        int kinds = run.kindsPassed();
        System.out.printf(
                "conformance %s client, %s: through the gateway %d kinds of checks passed (%d checks), %d failed, %d warnings%n",
                revision, scenario, kinds, run.passed(), run.failed(), run.warnings());
        assertThat(run.checks().stream().filter(check -> !check.message().isEmpty()))
                .as("what is wrong")
                .isEmpty();
        assertThat(run.status()).as("exit code of the suite").isZero();
        assertThat(run.warnings()).isZero();
        assertThat(kinds).isEqualTo(passed);
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
        if (scenario.contains("client-credentials")) {
            // An extension, which belongs to no revision.
            suite.add("--force");
        }
        return ConformanceRun.run(
                suite, RESULTS.resolve(revision).resolve("client-" + era).resolve(scenario + "-" + side));
    }
}

package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.GatewaySettings;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.it.FakeUpstream.Mood;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What servers do that they should not: callers hear what happened, to which service, in time. */
@Timeout(40)
class BadServerTest {
    private static final Duration CALL = Duration.ofSeconds(2);
    private static final Duration START = Duration.ofSeconds(4);
    private static final Duration SLACK = Duration.ofSeconds(3);

    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        gateway = TestGateway.start(builder -> {
            for (Mood mood : Mood.values()) {
                ServiceDefinition service = ServiceDefinition.stdio(slug(mood), FakeUpstream.command(mood))
                        .build();
                builder.service(service).virtualServer(TestGateway.original(service));
            }
            return builder.settings(
                    GatewaySettings.DEFAULT.withCallTimeout(CALL).withStartTimeout(START));
        });
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String slug(Mood mood) {
        return mood.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static GatewayClient learnt(Mood mood) {
        gateway.gateway()
                .catalog()
                .refresh(ServiceName.of(slug(mood)))
                .toCompletableFuture()
                .join();
        return gateway.client(slug(mood));
    }

    @Test
    void garbageOnStandardOutputIsPassedOver() {
        try (GatewayClient client = learnt(Mood.CHATTY)) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.call("echo", Json.of("{'n':" + i + "}")).path("structuredContent"))
                        .isEqualTo(Json.of("{'n':" + i + "}"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BABBLING", "SILENT"})
    void aServerThatNeverShakesHandsFailsTheCallWithinTheStartTimeout(Mood mood) {
        try (GatewayClient client = gateway.client(slug(mood))) {
            Instant before = Instant.now();
            JsonNode error = client.call("echo", Json.of("{}"));
            assertThat(Duration.between(before, Instant.now())).isLessThan(START.plus(SLACK));
            assertThat(error.at("/data/code").asText()).isEqualTo("GW-1403");
            assertThat(error.path("message").asText()).contains(slug(mood));
        }
    }

    @Test
    void aServerThatEndsAtOnceIsReportedWithItsLastWords() {
        try (GatewayClient client = gateway.client(slug(Mood.SHORT_LIVED))) {
            Instant before = Instant.now();
            JsonNode error = client.call("echo", Json.of("{}"));
            assertThat(Duration.between(before, Instant.now())).isLessThan(START.plus(SLACK));
            assertThat(error.at("/data/code").asText()).isEqualTo("GW-1501");
            assertThat(error.path("message").asText()).contains(slug(Mood.SHORT_LIVED));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(
                                    gateway.gateway().services().transitions(ServiceName.of(slug(Mood.SHORT_LIVED))))
                            .anySatisfy(transition ->
                                    assertThat(transition.reason()).contains("no licence found")));
        }
    }

    @Test
    void aServerThatDiesInMidCallLeavesTheOutcomeUnknownAndComesBack() {
        try (GatewayClient client = learnt(Mood.GOOD)) {
            int first = client.call("pid", Json.of("{}"))
                    .at("/structuredContent/pid")
                    .intValue();
            Instant before = Instant.now();
            JsonNode error = client.call("die", Json.of("{}"));
            assertThat(Duration.between(before, Instant.now())).as("at once").isLessThan(CALL);
            assertThat(error.at("/data/code").asText()).isEqualTo("GW-1503");
            assertThat(error.path("message").asText()).contains("good");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(client.call("pid", Json.of("{}"))
                                    .at("/structuredContent/pid")
                                    .intValue())
                            .isPositive()
                            .isNotEqualTo(first));
            assertThat(ProcessHandle.of(first).filter(ProcessHandle::isAlive)).isEmpty();
        }
    }

    @Test
    void aCallThatIsNeverAnsweredTimesOutAndIsCancelledAtTheServer() {
        try (GatewayClient client = learnt(Mood.GOOD)) {
            int before = cancellations(client);
            Instant asked = Instant.now();
            JsonNode error = client.call("hang", Json.of("{}"));
            assertThat(Duration.between(asked, Instant.now())).isBetween(CALL.minusMillis(50), CALL.plus(SLACK));
            assertThat(error.at("/data/code").asText()).isEqualTo("GW-1504");
            assertThat(error.path("message").asText()).contains("good");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(cancellations(client)).isEqualTo(before + 1));
        }
    }

    private static int cancellations(GatewayClient client) {
        return client.call("cancellations", Json.of("{}"))
                .at("/structuredContent/count")
                .intValue();
    }

    @Test
    void errorsOfTheServerArriveWordForWord() {
        try (GatewayClient client = learnt(Mood.GOOD)) {
            assertThat(client.raw("tools/call", Json.of("{'name':'refuse'}")))
                    .contains("\"error\":{\"code\":-32050,\"message\":\"refused\",\"data\":{\"odd\":1.0}}");
            assertThat(client.call("fail", Json.of("{}")).path("isError").booleanValue())
                    .isTrue();
        }
    }

    @Test
    void whatTheGatewayDoesNotKnowArrivesByteForByte() {
        try (GatewayClient client = learnt(Mood.GOOD)) {
            String listed = client.raw("tools/list", Json.of("{}"));
            assertThat(listed).contains(FakeUpstream.ODD_TOOLS);
            String odd =
                    "{\"big\":123456789012345678901234567890,\"one\":1.0,\"tiny\":1E-7,\"text\":\"\\u0000\\ud83d\\ude00\\/\"}";
            String answer = client.post(
                            "{\"jsonrpc\":\"2.0\",\"id\":\"s-1\",\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":"
                                    + odd + "}}")
                    .body();
            assertThat(answer).contains("\"structuredContent\":" + odd).contains("\"id\":\"s-1\"");
        }
    }

    @Test
    void aBigAnswerArrivesWhole() {
        try (GatewayClient client = learnt(Mood.GOOD)) {
            assertThat(client.call("flood", Json.of("{}")).at("/content/0/text").asText())
                    .hasSize(3_000_000);
        }
    }

    @Test
    void progressKeepsItsOrderAndItsToken() {
        try (GatewayClient client = learnt(Mood.GOOD)) {
            client.request("tools/call", Json.of("{'name':'progress','_meta':{'progressToken':41}}"));
            assertThat(client.notifications())
                    .extracting(heard -> heard.path("params").toString())
                    .containsExactly(
                            "{\"progressToken\":41,\"progress\":1.0,\"total\":3}",
                            "{\"progressToken\":41,\"progress\":2.0,\"total\":3}",
                            "{\"progressToken\":41,\"progress\":3.0,\"total\":3}");
        }
    }

    @Test
    void oneBadServerTakesAwayOnlyItsOwnTools() {
        try (GatewayClient good = learnt(Mood.GOOD);
                GatewayClient bad = gateway.client(slug(Mood.SHORT_LIVED))) {
            assertThat(good.request("tools/list", Json.of("{}")).path("tools")).isNotEmpty();
            assertThat(bad.request("tools/list", Json.of("{}")).path("tools")).isEmpty();
        }
    }
}

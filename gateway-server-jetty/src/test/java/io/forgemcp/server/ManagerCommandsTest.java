package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.lifecycle.SleepSettings;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.upstream.ClientKey;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands to services over the manager's HTTP routes: carried out, refused with the reason, late. */
@Timeout(60)
class ManagerCommandsTest {
    private final ManagerFixture manager = new ManagerFixture();

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void commandsChangeTheStateAndTellItAfterwards() throws Exception {
        assertThat(manager.send("POST", "/services/calc/start", 200)
                        .path("state")
                        .asText())
                .isEqualTo("running");
        assertThat(manager.send("POST", "/services/calc/restart", 200)
                        .path("state")
                        .asText())
                .isEqualTo("running");
        assertThat(manager.send("POST", "/services/calc/restart?force=true", 200)
                        .path("state")
                        .asText())
                .isEqualTo("running");
        assertThat(manager.send("POST", "/services/calc/stop", 200)
                        .path("state")
                        .asText())
                .isEqualTo("stopped");
        assertThat(manager.send("POST", "/services/calc/wake", 200)
                        .path("state")
                        .asText())
                .isEqualTo("running");
        assertThat(manager.send("GET", "/services/calc/state-transitions", 200)).hasSizeGreaterThan(4);
    }

    @Test
    void aCommandAgainstThePolicyIsRefusedWithTheReasonUnlessForced() throws Exception {
        manager.send("POST", "/services/kept/start", 200);
        JsonNode refused = manager.send("POST", "/services/kept/stop", 409);
        assertThat(refused.path("code").asText()).isEqualTo("GW-1404");
        assertThat(refused.path("detail").asText()).contains("policy");
        assertThat(manager.send("GET", "/services/kept", 200).path("state").asText())
                .isEqualTo("running");
        assertThat(manager.post("/services/kept/stop", "{\"force\":true}", 200)
                        .path("state")
                        .asText())
                .isEqualTo("stopped");
    }

    @Test
    void aCommandThatTakesTooLongSaysSoAndGoesOn() throws Exception {
        manager.gateway.sleepSettings(SleepSettings.DEFAULT.withWakeTimeout(Duration.ofMillis(300)));
        manager.gateway.add(
                ServiceDefinition.of("boxed", RuntimeChoice.DOCKER, Launch.Command.of(List.of("x")), WireProtocol.STDIO)
                        .build());
        JsonNode error = manager.send("POST", "/services/boxed/start", 504);
        assertThat(error.path("code").asText()).isEqualTo("GW-1403");
        assertThat(error.path("detail").asText())
                .contains("boxed")
                .contains("300 ms")
                .contains("it is starting")
                .contains("The start goes on");
        HttpResponse<String> elsewhere = manager.client.send(
                HttpRequest.newBuilder(URI.create(manager.server.uri(Role.GATEWAY) + "/services/boxed/start"))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(elsewhere.statusCode())
                .as("the gateway's own listener does not wait for ever either")
                .isEqualTo(504);
        assertThat(manager.send("GET", "/services/boxed", 200).path("state").asText())
                .isEqualTo("starting");
    }

    @Test
    void neverAreCallsInFlightOverridden() throws Exception {
        manager.send("POST", "/services/calc/start", 200);
        var lease = manager.gateway
                .services()
                .acquire(ServiceName.of("calc"), ClientKey.GATEWAY, Duration.ofSeconds(5))
                .toCompletableFuture()
                .join();
        assertThat(manager.send("POST", "/services/calc/stop", 409)
                        .path("detail")
                        .asText())
                .contains("in flight");
        assertThat(manager.send("DELETE", "/services/calc", 409).path("detail").asText())
                .contains("in flight");
        assertThat(manager.post("/services/calc/register", "{\"command\":[\"x\"]}", 409)
                        .path("detail")
                        .asText())
                .contains("in flight");
        lease.close();
        manager.send("POST", "/services/calc/stop", 200);
    }

    @Test
    void aWakeRequestIsTakenAtOnceAndCarriedOut() throws Exception {
        assertThat(manager.send("POST", "/services/calc/wake-request", 202)
                        .path("accepted")
                        .asBoolean())
                .isTrue();
        Awaitility.await()
                .until(() -> manager.send("GET", "/services/calc", 200)
                        .path("state")
                        .asText()
                        .equals("running"));
    }

    @Test
    void sleepAllTellsTheResultForEveryService() throws Exception {
        manager.send("POST", "/services/calc/start", 200);
        JsonNode all = manager.send("POST", "/services/sleep-all?force=true", 200);
        assertThat(all.path("results")).hasSize(3);
        assertThat(all.path("done").asInt()
                        + all.path("unchanged").asInt()
                        + all.path("refused").asInt()
                        + all.path("failed").asInt())
                .isEqualTo(3);
        assertThat(manager.send("POST", "/services/wake-all", 200).path("results"))
                .hasSize(3);
    }

    @Test
    void aDryRunOfScalingExplainsEveryDecisionAndAPassCarriesItOut() throws Exception {
        manager.send("POST", "/services/kept/stop?force=true", 200);
        JsonNode dry = manager.post("/services/auto-scale", "{\"dry_run\":true}", 200);
        assertThat(dry.path("dryRun").asBoolean()).isTrue();
        assertThat(dry.path("decisions")).hasSize(3);
        assertThat(dry.path("decisions").toString())
                .contains("below min_instances 1")
                .contains("\"waitingCalls\":0");
        assertThat(manager.send("GET", "/services/kept", 200).path("state").asText())
                .isEqualTo("stopped");

        JsonNode pass = manager.send("POST", "/services/auto-scale?dryRun=false", 200);
        assertThat(pass.path("changes").asInt()).as(pass.toString()).isEqualTo(1);
        Awaitility.await()
                .until(() -> manager.send("GET", "/services/kept", 200)
                        .path("state")
                        .asText()
                        .equals("running"));
        assertThat(manager.send("GET", "/services/scaling-decisions", 200).toString())
                .contains("\"outcome\":\"scaled\"");
    }
}

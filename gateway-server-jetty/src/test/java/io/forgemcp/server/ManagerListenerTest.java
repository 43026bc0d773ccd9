package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.config.ServiceEntries;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;
import io.forgemcp.server.manager.RegisteredServices;
import io.forgemcp.server.prometheus.PrometheusMetrics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The service manager behind the real listener, beside the gateway's on the same server. */
@Timeout(60)
class ManagerListenerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final GatewayStore store = new InMemoryStore();
    private final Runner docker = new Runner();
    private volatile boolean allowed = true;
    private volatile boolean known = true;
    private Gateway gateway;
    private GatewayServer server;

    @BeforeEach
    void start() {
        JavaServer calculator = JavaServer.builder("calc", "1.0")
                .tool("add", "Adds", Schema.object(), arguments -> ToolResponse.text("5"))
                .build();
        gateway = Gateway.builder()
                .metrics(new PrometheusMetrics())
                .store(store)
                .authenticator(this::identify)
                .accessPolicy(new Policy())
                .runtime(docker)
                .service(ServiceDefinition.java("calc", calculator).build())
                .service(ServiceDefinition.java("kept", calculator)
                        .instances(1, 1)
                        .build())
                .service(ServiceDefinition.stdio("missing", "no-such-program-anywhere")
                        .build())
                .build()
                .start();
        ServerSettings settings = ServerSettings.defaults().withAddress("127.0.0.1", 0);
        server = GatewayServer.start(gateway, Map.of(Role.GATEWAY, settings, Role.MANAGER, settings), Management.NONE);
    }

    @AfterEach
    void stop() {
        server.close();
        gateway.close();
    }

    @Test
    void bothListenersAnswerAndEachHasItsOwnRoutes() throws Exception {
        assertThat(server.uri(Role.MANAGER)).isNotEqualTo(server.uri(Role.GATEWAY));
        assertThat(send("GET", "/live", 200).path("status").asText()).isEqualTo("alive");
        assertThat(send("GET", "/tools", 404).path("code").asText()).isEqualTo("GW-1010");
        assertThat(CLIENT.send(
                                HttpRequest.newBuilder(server.uri().resolve("/tools"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void healthCountsServicesAndSaysHowTheContainerEngineIs() throws Exception {
        JsonNode health = send("GET", "/health", 200);
        assertThat(health.path("status").asText()).isEqualTo("healthy");
        assertThat(health.path("docker_connection").asText()).isEqualTo("ok");
        assertThat(health.path("services_total").asInt()).isEqualTo(3);
        assertThat(send("GET", "/ready", 200).at("/statusItems/0/name").asText())
                .isEqualTo("docker");
    }

    @Test
    void aRuntimeThatIsGoneMakesItUnhealthyOnlyIfAServiceNeedsIt() throws Exception {
        docker.problem = "The engine does not answer";
        assertThat(send("GET", "/health", 200).path("docker_connection").asText())
                .isEqualTo("not_configured");
        gateway.add(ServiceDefinition.of(
                        "boxed",
                        io.forgemcp.gateway.service.RuntimeChoice.DOCKER,
                        io.forgemcp.gateway.service.Launch.Command.of(List.of("x")),
                        io.forgemcp.gateway.service.WireProtocol.STDIO)
                .build());
        assertThat(send("GET", "/health", 503).path("docker_connection").asText())
                .isEqualTo("unavailable");
        assertThat(send("GET", "/ready", 503).toString()).contains("does not answer");
    }

    @Test
    void everyStatusHasTheFieldsThatScriptsRead() throws Exception {
        JsonNode one = send("GET", "/services/calc", 200);
        List<String> names = new ArrayList<>();
        one.fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .contains(
                        "name",
                        "state",
                        "status",
                        "runtime",
                        "instances",
                        "containerId",
                        "port",
                        "priority",
                        "policy",
                        "category",
                        "sleep_policy",
                        "resources",
                        "last_accessed",
                        "inFlight",
                        "wake_count",
                        "total_sleep_time",
                        "cpu_usage",
                        "memory_usage",
                        "memory_limit",
                        "cpu_limit",
                        "wake_time_ms",
                        "sleep_efficiency",
                        "state_transitions",
                        "uptime_seconds",
                        "last_state_change",
                        "error_message");
        assertThat(one.path("memory_usage").isNull()).isTrue();
        assertThat(send("GET", "/services", 200)).hasSize(3);
        assertThat(send("GET", "/services/status", 200).at("/calc/name").asText())
                .isEqualTo("calc");
        assertThat(send("GET", "/v1/services/calc/status", 200).path("name").asText())
                .isEqualTo("calc");
    }

    @Test
    void commandsChangeTheStateAndTellItAfterwards() throws Exception {
        assertThat(send("POST", "/services/calc/start", 200).path("state").asText())
                .isEqualTo("running");
        assertThat(send("POST", "/services/calc/restart", 200).path("state").asText())
                .isEqualTo("running");
        assertThat(send("POST", "/services/calc/restart?force=true", 200)
                        .path("state")
                        .asText())
                .isEqualTo("running");
        assertThat(send("POST", "/services/calc/stop", 200).path("state").asText())
                .isEqualTo("stopped");
        assertThat(send("POST", "/services/calc/wake", 200).path("state").asText())
                .isEqualTo("running");
        assertThat(send("GET", "/services/calc/state-transitions", 200)).hasSizeGreaterThan(4);
    }

    @Test
    void aCommandAgainstThePolicyIsRefusedWithTheReasonUnlessForced() throws Exception {
        send("POST", "/services/kept/start", 200);
        JsonNode refused = send("POST", "/services/kept/stop", 409);
        assertThat(refused.path("code").asText()).isEqualTo("GW-1404");
        assertThat(refused.path("detail").asText()).contains("policy");
        assertThat(send("GET", "/services/kept", 200).path("state").asText()).isEqualTo("running");
        assertThat(post("/services/kept/stop", "{\"force\":true}", 200)
                        .path("state")
                        .asText())
                .isEqualTo("stopped");
    }

    @Test
    void aCommandThatTakesTooLongSaysSoAndGoesOn() throws Exception {
        gateway.sleepSettings(
                io.forgemcp.gateway.lifecycle.SleepSettings.DEFAULT.withWakeTimeout(java.time.Duration.ofMillis(300)));
        gateway.add(ServiceDefinition.of(
                        "boxed",
                        io.forgemcp.gateway.service.RuntimeChoice.DOCKER,
                        io.forgemcp.gateway.service.Launch.Command.of(List.of("x")),
                        io.forgemcp.gateway.service.WireProtocol.STDIO)
                .build());
        JsonNode error = send("POST", "/services/boxed/start", 504);
        assertThat(error.path("code").asText()).isEqualTo("GW-1403");
        assertThat(error.path("detail").asText()).contains("boxed").contains("300 ms");
        assertThat(send("GET", "/services/boxed", 200).path("state").asText()).isEqualTo("starting");
    }

    @Test
    void neverAreCallsInFlightOverridden() throws Exception {
        send("POST", "/services/calc/start", 200);
        var lease = gateway.services()
                .acquire(
                        ServiceName.of("calc"),
                        io.forgemcp.gateway.upstream.ClientKey.GATEWAY,
                        java.time.Duration.ofSeconds(5))
                .toCompletableFuture()
                .join();
        assertThat(send("POST", "/services/calc/stop", 409).path("detail").asText())
                .contains("in flight");
        assertThat(send("DELETE", "/services/calc", 409).path("detail").asText())
                .contains("in flight");
        assertThat(post("/services/calc/register", "{\"command\":[\"x\"]}", 409)
                        .path("detail")
                        .asText())
                .contains("in flight");
        lease.close();
        send("POST", "/services/calc/stop", 200);
    }

    @Test
    void aWakeRequestIsTakenAtOnceAndCarriedOut() throws Exception {
        assertThat(send("POST", "/services/calc/wake-request", 202)
                        .path("accepted")
                        .asBoolean())
                .isTrue();
        org.awaitility.Awaitility.await()
                .until(() -> send("GET", "/services/calc", 200)
                        .path("state")
                        .asText()
                        .equals("running"));
    }

    @Test
    void sleepAllTellsTheResultForEveryService() throws Exception {
        send("POST", "/services/calc/start", 200);
        JsonNode all = send("POST", "/services/sleep-all?force=true", 200);
        assertThat(all.path("results")).hasSize(3);
        assertThat(all.path("done").asInt()
                        + all.path("unchanged").asInt()
                        + all.path("refused").asInt()
                        + all.path("failed").asInt())
                .isEqualTo(3);
        assertThat(send("POST", "/services/wake-all", 200).path("results")).hasSize(3);
    }

    @Test
    void aDryRunOfScalingExplainsEveryDecisionAndAPassCarriesItOut() throws Exception {
        send("POST", "/services/kept/stop?force=true", 200);
        JsonNode dry = post("/services/auto-scale", "{\"dry_run\":true}", 200);
        assertThat(dry.path("dryRun").asBoolean()).isTrue();
        assertThat(dry.path("decisions")).hasSize(3);
        assertThat(dry.path("decisions").toString())
                .contains("below min_instances 1")
                .contains("\"waitingCalls\":0");
        assertThat(send("GET", "/services/kept", 200).path("state").asText()).isEqualTo("stopped");

        JsonNode pass = send("POST", "/services/auto-scale?dryRun=false", 200);
        assertThat(pass.path("changes").asInt()).as(pass.toString()).isEqualTo(1);
        org.awaitility.Awaitility.await()
                .until(() -> send("GET", "/services/kept", 200)
                        .path("state")
                        .asText()
                        .equals("running"));
        assertThat(send("GET", "/services/scaling-decisions", 200).toString()).contains("\"outcome\":\"scaled\"");
    }

    @Test
    void sleepSettingsAreShownChangedAndKept() throws Exception {
        JsonNode shown = send("GET", "/settings/sleep", 200);
        assertThat(shown.path("enabled").asBoolean()).isTrue();
        assertThat(shown.path("wakeTimeout").asDouble()).isEqualTo(60);
        assertThat(shown.at("/performanceOptimization/wakePredictionEnabled").asBoolean())
                .isTrue();

        JsonNode patched = body(
                "PATCH",
                "{\"wake_timeout\":\"5s\",\"performanceOptimization\":{\"wakePredictionEnabled\":false}}",
                200);
        assertThat(patched.path("wakeTimeout").asDouble()).isEqualTo(5);
        assertThat(patched.path("enabled").asBoolean()).isTrue();
        assertThat(gateway.services().sleepSettings().wakeTimeout()).isEqualTo(java.time.Duration.ofSeconds(5));
        assertThat(gateway.services().sleepSettings().optimization().prediction())
                .isFalse();

        body("PATCH", "{\"enabled\":false}", 200);
        assertThat(gateway.services().sleepSettings().enabled()).isFalse();
        assertThat(send("GET", "/settings/sleep", 200).path("wakeTimeout").asDouble())
                .isEqualTo(5);

        assertThat(body("PUT", "{\"wakeTimeout\":30}", 200).path("enabled").asBoolean())
                .isTrue();
        assertThat(body("PATCH", "{\"wakeTimeout\":null}", 200)
                        .path("wakeTimeout")
                        .asDouble())
                .isEqualTo(60);
    }

    @Test
    void changedSettingsHoldAfterARestart() throws Exception {
        body("PATCH", "{\"wakeTimeout\":7}", 200);
        gateway.sleepSettings(io.forgemcp.gateway.lifecycle.SleepSettings.DEFAULT);
        ServerSettings settings = ServerSettings.defaults().withAddress("127.0.0.1", 0);
        GatewayServer.start(gateway, Map.of(Role.GATEWAY, settings), Management.NONE)
                .close();
        assertThat(gateway.services().sleepSettings().wakeTimeout()).isEqualTo(java.time.Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"wakeTime\":5}|wake_time",
                "{\"wakeTimeout\":\"soon\"}|wake_timeout",
                "{\"wakeTimeout\":0}|wake_timeout",
                "{\"enabled\":\"perhaps\"}|enabled",
                "{\"enabled\":[1]}|enabled",
                "{\"wakeTimeout\":5,\"wake_timeout\":6}|wake_timeout",
                "{\"wakePriorities\":{\"high\":[\"calc\"]}}|wake_priorities",
                "{\"monitoring\":{\"metricsRetentionHours\":3}}|monitoring",
            })
    void aWrongSettingIsRefusedByItsKeyAndChangesNothing(String body, String named) throws Exception {
        for (String verb : List.of("PUT", "PATCH")) {
            assertThat(body(verb, body, 422).path("detail").asText()).contains(named);
        }
        assertThat(store.list("settings")).isEmpty();
    }

    private JsonNode body(String verb, String body, int status) throws IOException, InterruptedException {
        return read(
                HttpRequest.newBuilder(uri("/settings/sleep"))
                        .header("Content-Type", "application/json")
                        .method(verb, HttpRequest.BodyPublishers.ofString(body)),
                status);
    }

    @Test
    void predictionsSayWhatIsNotKnownYet() throws Exception {
        JsonNode predictions = send("GET", "/services/predictions", 200);
        assertThat(predictions).hasSize(3);
        assertThat(predictions.at("/0/probability").isNull()).isTrue();
        assertThat(predictions.at("/0/evidence/hourTrials").asDouble()).isZero();
        assertThat(predictions.at("/0/calibration/brierScore").isNull()).isTrue();
        assertThat(post("/services/apply-predictions", "{\"threshold\":0.5}", 200)
                        .path("woken")
                        .asInt())
                .isZero();
        assertThat(post("/services/apply-predictions", "{\"threshold\":1.5}", 422)
                        .path("detail")
                        .asText())
                .contains("threshold");
    }

    @Test
    void reportsSayWhatIsUnknownAndHowItWasMeasured() throws Exception {
        gateway.call("calc-add", Map.of()).toCompletableFuture().join();
        JsonNode performance = send("GET", "/metrics/performance", 200);
        assertThat(performance.at("/services/0/calls").asInt()).isEqualTo(1);
        assertThat(performance.at("/services/0/response_time_p95_ms").asDouble())
                .isPositive();
        assertThat(performance.at("/services/2/response_time_p50_ms").isNull()).isTrue();
        JsonNode efficiency = send("GET", "/metrics/efficiency", 200);
        assertThat(efficiency.at("/total/memory_saved_percent").isNull()).isTrue();
        assertThat(efficiency.path("method").asText()).isNotEmpty();
        assertThat(efficiency.path("swap_class").asText()).isNotEmpty();
        assertThat(send("GET", "/system/efficiency", 200).path("total")).isEqualTo(efficiency.path("total"));
        JsonNode cost = send("GET", "/metrics/cost", 200);
        assertThat(cost.path("current_cost").isNull()).isTrue();
        assertThat(cost.has("baseline_cost") && cost.has("savings_percent")).isTrue();
        assertThat(cost.path("method").asText()).isNotEmpty();
        JsonNode resources = send("GET", "/metrics/resources", 200);
        assertThat(resources.at("/services/0/name").asText()).isEqualTo("calc");
        assertThat(resources.at("/services/0/memory_usage").isNull()).isTrue();
        assertThat(resources.at("/total/services").asInt()).isEqualTo(3);
        assertThat(send("GET", "/services/calc/metrics", 200).path("calls").asInt())
                .isEqualTo(1);
    }

    @Test
    void theMachineSaysWhatItHas() throws Exception {
        for (String path : List.of("/metrics/system", "/system/resources")) {
            assertThat(send("GET", path, 200).path("cpu_cores").asInt()).isPositive();
        }
        assertThat(send("GET", "/system/metrics", 200).at("/system/swap_class").asText())
                .isNotEmpty();
        assertThat(send("GET", "/system/health", 200).path("status").asText()).isEqualTo("healthy");
        JsonNode dashboard = send("GET", "/monitoring/dashboard", 200);
        assertThat(dashboard.path("services")).hasSize(3);
        assertThat(dashboard.at("/summary/services_total").asInt()).isEqualTo(3);
        assertThat(dashboard.has("efficiency") && dashboard.has("cost") && dashboard.has("performance"))
                .isTrue();
    }

    @Test
    void aRegisteredServiceIsThereAtOnceAndAfterARestart() throws Exception {
        JsonNode status = post(
                "/services/extra/register",
                "{\"command\":[\"no-such-program\"],\"sleepPolicy\":{\"idleTimeout\":\"90s\",\"priority\":\"high\"},"
                        + "\"environment\":{\"camelCase\":\"1\"},\"tags\":[\"a\"]}",
                200);
        assertThat(status.path("priority").asText()).isEqualTo("high");
        assertThat(status.at("/sleep_policy/idle_timeout").asDouble()).isEqualTo(90);
        assertThat(send("GET", "/services", 200)).hasSize(4);

        List<ServiceDefinition> afterwards = new RegisteredServices(store, entries()).over(List.of());
        assertThat(afterwards).extracting(service -> service.name().value()).containsExactly("extra");
    }

    @Test
    void registeringAgainReplaces() throws Exception {
        post("/services/extra/register", "{\"command\":\"one\"}", 200);
        JsonNode second =
                post("/services/EXTRA/register", "{\"command\":\"two\",\"sleep_policy\":{\"priority\":\"low\"}}", 200);
        assertThat(second.path("priority").asText()).isEqualTo("low");
        assertThat(send("GET", "/services", 200)).hasSize(4);
    }

    @Test
    void aDeletedServiceStaysAwayThoughAFileNamesIt() throws Exception {
        assertThat(send("DELETE", "/services/missing", 200).path("deleted").asBoolean())
                .isTrue();
        send("GET", "/services/missing", 404);
        ServiceDefinition file = ServiceDefinition.stdio("missing", "x").build();
        assertThat(new RegisteredServices(store, entries()).over(List.of(file))).isEmpty();
        post("/services/missing/register", "{\"command\":\"back\"}", 200);
        assertThat(new RegisteredServices(store, entries()).over(List.of(file))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"imge\":\"x\",\"command\":\"y\"}|imge",
                "{\"command\":\"x\",\"resources\":{\"memory\":\"12XB\"}}|resources.memory",
                "{\"command\":\"x\",\"port\":70000}|port",
                "{\"command\":\"x\",\"sleepPolicy\":{\"idleTime\":1}}|idle_time",
                "{\"command\":\"x\",\"sleepPolicy\":{},\"sleep_policy\":{}}|sleep_policy",
                "{\"command\":{\"a\":1}}|command",
                "{}|command"
            })
    void aWrongEntryIsRefusedByItsKeyAndChangesNothing(String body, String named) throws Exception {
        JsonNode error = post("/services/extra/register", body, 422);
        assertThat(error.path("code").asText()).isEqualTo("GW-1008");
        assertThat(error.path("detail").asText()).contains(named);
        assertThat(send("GET", "/services", 200)).hasSize(3);
        assertThat(store.list("services")).isEmpty();
    }

    @Test
    void logsAreReadAndFollowed() throws Exception {
        assertThat(send("GET", "/services/calc/logs?tail=5", 200).path("lines").isArray())
                .isTrue();
        HttpResponse<java.io.InputStream> stream = CLIENT.send(
                HttpRequest.newBuilder(uri("/services/calc/logs?follow=true")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.headers().firstValue("content-type")).contains("text/event-stream");
        stream.body().close();
    }

    /** Every route of the manager, asked of a service that does not exist. */
    @Test
    void everyRouteOfOneServiceRefusesAnUnknownName() throws Exception {
        for (Operation operation : operations()) {
            if (operation.path().contains("{name}") && !operation.path().endsWith("/register")) {
                for (String name : List.of("nobody", "not%20a%20name", "x".repeat(70))) {
                    JsonNode error = send(operation.verb(), operation.path().replace("{name}", name), 404);
                    assertThat(error.path("code").asText())
                            .as(operation.toString())
                            .isEqualTo("GW-1305");
                    assertThat(error.path("requestId").asText()).isNotEmpty();
                }
            }
        }
    }

    /** Every route that takes a body, given bodies that it must not take. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json|{\"force\":|400|GW-1001",
                "application/json|[1]|400|GW-1002",
                "application/json|{} {}|400|GW-1001",
                "application/json|{\"surprise\":1}|422|GW-1008",
                "text/plain|force=true|415|GW-1005",
            })
    void everyRouteThatTakesABodyRefusesABadOne(String type, String body, int status, String code) throws Exception {
        String before = states();
        for (Operation operation : operations()) {
            if (operation.takesBody()) {
                HttpResponse<String> answer = CLIENT.send(
                        HttpRequest.newBuilder(uri(operation.path().replace("{name}", "calc")))
                                .header("Content-Type", type)
                                .method(operation.verb(), HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode())
                        .as(operation + " " + answer.body())
                        .isEqualTo(status);
                assertThat(JSON.readTree(answer.body()).path("code").asText())
                        .as(operation.toString())
                        .isEqualTo(code);
                assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
            }
        }
        assertThat(states()).isEqualTo(before);
    }

    @Test
    void everyRouteThatTakesABodyRefusesAHugeOne() throws Exception {
        String before = states();
        String huge = "{\"description\":\"" + "x".repeat(11 * 1024 * 1024) + "\"}";
        for (Operation operation : operations()) {
            if (operation.takesBody()) {
                HttpResponse<String> answer = CLIENT.send(
                        HttpRequest.newBuilder(uri(operation.path().replace("{name}", "calc")))
                                .header("Content-Type", "application/json")
                                .method(operation.verb(), HttpRequest.BodyPublishers.ofString(huge))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(413);
            }
        }
        assertThat(states()).isEqualTo(before);
    }

    @Test
    void everyPathRefusesAMethodThatItDoesNotHave() throws Exception {
        for (String path :
                new TreeSet<>(operations().stream().map(Operation::path).toList())) {
            HttpResponse<String> answer = CLIENT.send(
                    HttpRequest.newBuilder(uri(path.replace("{name}", "calc")))
                            .method("TRACE", HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path).isEqualTo(405);
            assertThat(answer.headers().firstValue("allow")).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /services/calc/stop?force=perhaps",
                "POST /services/sleep-all?force=2",
                "POST /services/auto-scale?dryRun=maybe",
                "GET /services/calc/logs?tail=0",
                "GET /services/calc/logs?follow=maybe"
            })
    void aParameterThatMakesNoSenseIsNamed(String request) throws Exception {
        String before = states();
        String[] parts = request.split(" ");
        JsonNode error = send(parts[0], parts[1], 422);
        assertThat(error.path("detail").asText()).containsAnyOf("force", "tail", "follow", "dry_run");
        assertThat(states()).isEqualTo(before);
    }

    @Test
    void whoMayNotAdministerMayLookAndChangeNothing() throws Exception {
        allowed = false;
        String before = states();
        for (Operation operation : operations()) {
            if (!operation.verb().equals("GET")) {
                HttpResponse<String> answer = CLIENT.send(
                        HttpRequest.newBuilder(uri(operation.path().replace("{name}", "calc")))
                                .header("Content-Type", "application/json")
                                .method(operation.verb(), HttpRequest.BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(403);
                assertThat(answer.body()).contains("GW-1204");
            }
        }
        assertThat(send("GET", "/services", 200)).hasSize(3);
        assertThat(states()).isEqualTo(before);
    }

    @Test
    void aCallerWithoutAnIdentitySeesHealthAndNothingElse() throws Exception {
        known = false;
        List<String> open = List.of("/health", "/ready", "/live", "/openapi.json");
        for (Operation operation : operations()) {
            HttpResponse<String> answer = CLIENT.send(
                    HttpRequest.newBuilder(uri(operation.path().replace("{name}", "calc")))
                            .header("Content-Type", "application/json")
                            .method(operation.verb(), HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (open.contains(operation.path())) {
                assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(200);
                assertThat(answer.body()).doesNotContain("calc");
            } else {
                assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(401);
            }
        }
    }

    @Test
    void aForeignOriginIsKeptOut() throws Exception {
        HttpResponse<String> answer = CLIENT.send(
                HttpRequest.newBuilder(uri("/services"))
                        .header("Origin", "https://evil.example")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void theOpenApiDocumentNamesExactlyWhatAnswers() throws Exception {
        assertThat(send("GET", "/openapi.json", 200).path("openapi").asText()).isEqualTo("3.1.0");
        for (Operation operation : operations()) {
            HttpResponse<String> options = CLIENT.send(
                    HttpRequest.newBuilder(uri(operation.path().replaceAll("\\{[^}]+}", "calc")))
                            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(options.headers().firstValue("allow").orElse(""))
                    .as(operation.toString())
                    .contains(operation.verb());
        }
    }

    private CompletionStage<Caller> identify(Authenticator.Credentials credentials) {
        return known
                ? CompletableFuture.completedFuture(Caller.LOCAL)
                : CompletableFuture.failedFuture(new GatewayException(ErrorCode.UNAUTHENTICATED, "Say who you are."));
    }

    private final class Policy implements AccessPolicy {
        @Override
        public boolean mayUse(Caller caller, String virtualServer) {
            return true;
        }

        @Override
        public boolean mayCall(Caller caller, ServiceName service, String tool) {
            return true;
        }

        @Override
        public boolean mayAdminister(Caller caller) {
            return allowed;
        }
    }

    private record Operation(String verb, String path) {
        boolean takesBody() {
            return !verb.equals("GET") && !verb.equals("DELETE");
        }
    }

    private List<Operation> operations() throws Exception {
        List<Operation> operations = new ArrayList<>();
        send("GET", "/openapi.json", 200)
                .path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(verb ->
                                operations.add(new Operation(verb.toUpperCase(java.util.Locale.ROOT), path.getKey()))));
        assertThat(operations).hasSizeGreaterThan(15);
        return operations;
    }

    private String states() {
        return gateway.services().statuses().stream()
                .map(status -> status.name() + " " + status.state() + " " + status.stateTransitions())
                .toList()
                .toString();
    }

    private static ServiceEntries entries() {
        return new ServiceEntries(Path.of("(none)"), Environment.of(Path.of(""), Map.of()));
    }

    private URI uri(String path) {
        return URI.create(server.uri(Role.MANAGER) + path);
    }

    private JsonNode post(String path, String body, int status) throws IOException, InterruptedException {
        return read(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)),
                status);
    }

    private JsonNode send(String verb, String path, int status) throws IOException, InterruptedException {
        return read(HttpRequest.newBuilder(uri(path)).method(verb, HttpRequest.BodyPublishers.noBody()), status);
    }

    private static JsonNode read(HttpRequest.Builder request, int status) throws IOException, InterruptedException {
        HttpResponse<String> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    /** A container engine whose containers never come up. */
    private static final class Runner implements ServiceRuntime {
        private final CompletableFuture<Instance> starting = new CompletableFuture<>();
        private volatile @Nullable String problem;

        @Override
        public String name() {
            return "docker";
        }

        @Override
        public @Nullable String problem() {
            return problem;
        }

        @Override
        public boolean supports(ServiceDefinition service) {
            return service.runtime() == io.forgemcp.gateway.service.RuntimeChoice.DOCKER;
        }

        @Override
        public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
            return starting;
        }

        @Override
        public void abandon(InstanceId id) {
            starting.completeExceptionally(new IllegalStateException("not wanted any more"));
        }
    }
}

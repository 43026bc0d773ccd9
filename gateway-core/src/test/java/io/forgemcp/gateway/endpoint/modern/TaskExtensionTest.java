package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.meta;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that servers without sessions answer with tasks (extension {@code io.modelcontextprotocol/tasks}). */
class TaskExtensionTest {
    private static final String TASKS = "io.modelcontextprotocol/tasks";
    private static final String DECLARED = meta("{\"extensions\":{\"" + TASKS + "\":{}}}");
    private static final String BEGUN =
            "{\"resultType\":\"task\",\"taskId\":\"1\",\"status\":\"working\",\"ttlMs\":%s,\"x\":1.0}";

    private final ManualTimers timers = new ManualTimers();
    private final ModernScript server = new ModernScript("s.test").result("tools/call", BEGUN.formatted("60000"));
    private final ModernScript other = new ModernScript("o.test").result("tools/call", BEGUN.formatted("60000"));
    private final ScriptedServer old = new ScriptedServer();
    private final Gateway gateway = Gateway.builder()
            .transport(server)
            .transport(other)
            .service(
                    ServiceDefinition.http("s", URI.create("http://s.test/mcp")).build())
            .service(
                    ServiceDefinition.http("o", URI.create("http://o.test/mcp")).build())
            .service(ServiceDefinition.java("old", old).build())
            .virtualServer(VirtualServer.of("two", List.of(ServiceName.of("s"), ServiceName.of("o"))))
            .virtualServer(VirtualServer.of("without", List.of(ServiceName.of("old"))))
            .timers(timers)
            .build()
            .start();
    private final McpEndpoint http = gateway.streamableHttp();

    @AfterEach
    void close() {
        gateway.close();
    }

    private FakeHttp begin(String tool, String meta) {
        return ModernHttp.call("1", tool, "", meta).at("two").to(http);
    }

    /** Begins a task and returns the client's id of it. */
    private String begun(String tool) {
        return result(begin(tool, DECLARED)).textMember("taskId");
    }

    private static FakeHttp about(String method, String id, String more) {
        return ModernHttp.request("2", method, "\"taskId\":\"" + id + "\"" + more, DECLARED)
                .with("Mcp-Name", id)
                .at("two");
    }

    private FakeHttp get(String id) {
        return about("tasks/get", id, "").to(http);
    }

    private static JsonSlice result(FakeHttp exchange) {
        return JsonSlice.parse(exchange.answer()).member("result");
    }

    private int inFlight(String service) {
        return gateway.services().statuses().stream()
                .filter(status -> status.name().value().equals(service))
                .findFirst()
                .orElseThrow()
                .inFlight();
    }

    @Test
    void theClientGetsAnIdOfTheGatewaysOwnEvenIfTwoServersUseTheSame() {
        JsonSlice one = result(begin("s-t", DECLARED));
        String two = begun("o-t");
        String first = one.textMember("taskId");

        assertThat(one)
                .hasToString("{\"resultType\":\"task\",\"taskId\":\"" + first
                        + "\",\"status\":\"working\",\"ttlMs\":60000,\"x\":1.0}");
        assertThat(first).hasSizeGreaterThan(30).isNotEqualTo(two);
        assertThat(server.last("tools/call").get(Field.META).toString()).contains(TASKS);

        other.result("tasks/get", "{\"resultType\":\"complete\",\"taskId\":\"1\",\"status\":\"working\",\"y\":2.0}");
        FakeHttp asked = get(two);

        assertThat(result(asked))
                .hasToString(
                        "{\"resultType\":\"complete\",\"taskId\":\"" + two + "\",\"status\":\"working\",\"y\":2.0}");
        assertThat(other.last("tasks/get").get(Field.PARAMS).textMember("taskId"))
                .isEqualTo("1");
        assertThat(other.lastHeaders()).containsSequence("Mcp-Method", "tasks/get", "Mcp-Name", "1");
        assertThat(server.last("tasks/get")).isNull();
    }

    @Test
    void answersForATaskAndTheWishThatItEndsGoToItsServerUnchanged() {
        server.result("tasks/update", "{\"resultType\":\"complete\"}");
        server.result("tasks/cancel", "{\"resultType\":\"complete\"}");
        String id = begun("s-t");

        FakeHttp update = about("tasks/update", id, ",\"inputResponses\":{\"k\":{\"n\":1.0}}")
                .to(http);
        FakeHttp cancel = about("tasks/cancel", id, "").to(http);

        assertThat(result(update)).hasToString("{\"resultType\":\"complete\"}");
        assertThat(result(cancel)).hasToString("{\"resultType\":\"complete\"}");
        JsonSlice params = server.last("tasks/update").get(Field.PARAMS);
        assertThat(params.textMember("taskId")).isEqualTo("1");
        assertThat(params.member("inputResponses")).hasToString("{\"k\":{\"n\":1.0}}");
        assertThat(server.last("tasks/cancel").get(Field.PARAMS).textMember("taskId"))
                .isEqualTo("1");
    }

    @Test
    void aServerStaysAwakeUntilItsTaskHasEnded() {
        String id = begun("s-t");
        assertThat(inFlight("s")).isEqualTo(1);

        server.result(
                "tasks/get",
                "{\"resultType\":\"complete\",\"taskId\":\"1\",\"status\":\"completed\","
                        + "\"result\":{\"content\":[]},\"ttlMs\":60000}");
        assertThat(result(get(id)).member("result")).hasToString("{\"content\":[]}");

        assertThat(inFlight("s")).isZero();
        assertThat(get(id).answer()).as("what it gave can be read again").contains("\"completed\"");
    }

    @Test
    void orUntilItsTimeToLiveHasPassed() {
        String id = begun("s-t");
        timers.advance(Duration.ofSeconds(59));
        assertThat(inFlight("s")).isEqualTo(1);

        timers.advance(Duration.ofSeconds(2));

        assertThat(inFlight("s")).isZero();
        assertThat(get(id).answer()).contains("-32602", "GW-1306");
        assertThat(server.last("tasks/get")).isNull();
    }

    @Test
    void orUntilItWasCancelled() {
        server.result("tasks/cancel", "{\"resultType\":\"complete\"}");
        about("tasks/cancel", begun("s-t"), "").to(http);

        assertThat(inFlight("s")).isZero();
    }

    @Test
    void orUntilItsServerKnowsItNoLonger() {
        server.methods.put("tasks/get", message -> "\"error\":{\"code\":-32602,\"message\":\"gone\"}");
        String id = begun("s-t");

        assertThat(get(id).answer()).contains("-32602", "gone");
        assertThat(inFlight("s")).isZero();
        assertThat(get(id).answer()).contains("GW-1306");
    }

    @Test
    void aTaskThatMayLiveForEverIsForgottenWhenNobodyHasAskedForADay() {
        server.result("tools/call", BEGUN.formatted("null"));
        server.result("tasks/get", BEGUN.formatted("null").replace("\"task\"", "\"complete\""));
        String id = begun("s-t");
        timers.advance(Duration.ofHours(23));
        get(id);
        timers.advance(Duration.ofHours(23));
        assertThat(inFlight("s")).isEqualTo(1);

        timers.advance(Duration.ofHours(2));

        assertThat(inFlight("s")).isZero();
        assertThat(get(id).answer()).contains("GW-1306");
    }

    @Test
    void aCallThatIsAnsweredAtOnceHoldsNothing() {
        server.result("tools/call", "{\"resultType\":\"complete\",\"content\":[]}");

        assertThat(result(begin("s-t", DECLARED))).hasToString("{\"resultType\":\"complete\",\"content\":[]}");
        assertThat(inFlight("s")).isZero();
    }

    @Test
    void aCallWhoseClientGoesAwayHoldsNothing() {
        server.methods.put("tools/call", message -> "");
        FakeHttp call = begin("s-t", DECLARED);
        // The first call of a server that nobody knows is made by the thread that has learnt it.
        await().untilAsserted(() -> assertThat(inFlight("s")).isPositive());

        call.disconnect();

        // What was still being made ready is given back by the thread that did so.
        await().untilAsserted(() -> assertThat(inFlight("s")).isZero());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tasks/get", "tasks/update", "tasks/cancel"})
    void nobodyElseReachesATask(String method) {
        String id = begun("s-t");

        for (FakeHttp stranger : List.of(
                about(method, id, "").by(new Caller("eve", Set.of("admin"))),
                about(method, id, "").at(null),
                about(method, "1", ""),
                about(method, "tasks-of-nobody", ""))) {
            assertThat(stranger.to(http).answer()).contains("-32602", "GW-1306");
        }
        assertThat(server.last(method)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tasks/get", "tasks/update", "tasks/cancel"})
    void aClientThatDoesNotDeclareTheExtensionIsToldSo(String method) {
        String id = begun("s-t");

        FakeHttp asked = ModernHttp.request("2", method, "\"taskId\":\"" + id + "\"")
                .with("Mcp-Name", id)
                .at("two")
                .to(http);

        assertThat(asked.status()).isEqualTo(400);
        assertThat(asked.answer())
                .contains("-32021", "\"requiredCapabilities\":{\"extensions\":{\"" + TASKS + "\":{}}}");
        assertThat(server.last(method)).isNull();
    }

    @Test
    void aTaskOfACallThatDoesNotDeclareTheExtensionIsAnErrorAndItsServersIdStaysBehind() {
        FakeHttp call = begin("s-t", meta("{}"));

        assertThat(call.answer()).contains("GW-1502", TASKS).doesNotContain("taskId");
    }

    @Test
    void anErrorOfAModernServerKeepsTheCodeThatOlderServersHaveForResources() {
        server.methods.put("tools/call", message -> "\"error\":{\"code\":-32002,\"message\":\"its own\"}");

        assertThat(begin("s-t", meta("{}")).answer()).contains("{\"code\":-32002,\"message\":\"its own\"}");
    }

    @Test
    void whileNothingIsKnownOfAServerItsTasksAreUnknownAndNotTheMethods() {
        FakeHttp asked = about("tasks/get", "1", "").to(http);

        assertThat(asked.answer()).contains("-32602", "GW-1306");
    }

    @Test
    void whereNoServerHasTheExtensionItsMethodsAreUnknown() {
        gateway.catalog().refresh(ServiceName.of("old")).toCompletableFuture().join();

        FakeHttp asked = about("tasks/get", "1", "").at("without").to(http);

        assertThat(asked.status()).isEqualTo(404);
        assertThat(asked.answer()).contains("-32601");
    }

    @Test
    void theHeaderHasToNameTheTask() {
        String id = begun("s-t");

        FakeHttp missing = ModernHttp.request("2", "tasks/get", "\"taskId\":\"" + id + "\"", DECLARED)
                .at("two")
                .to(http);
        FakeHttp another = about("tasks/get", id, "").with("Mcp-Name", "1").to(http);

        assertThat(missing.status()).isEqualTo(400);
        assertThat(missing.answer()).contains("-32020");
        assertThat(another.answer()).contains("-32020");
    }

    @Test
    void aTaskHasToBeNamed() {
        FakeHttp asked = ModernHttp.request("2", "tasks/get", "\"taskId\":1", DECLARED)
                .at("two")
                .to(http);

        assertThat(asked.answer()).contains("-32602", "params.taskId");
    }

    @Test
    void theExtensionIsAdvertisedIfAServerHasIt() {
        begun("s-t");

        assertThat(discovered("two")).contains("\"extensions\":{\"" + TASKS + "\":{}}");
        assertThat(discovered("without")).doesNotContain(TASKS);
    }

    private String discovered(String virtualServer) {
        return ModernHttp.request("1", "server/discover", "")
                .at(virtualServer)
                .to(http)
                .answer();
    }

    @Test
    void whoHasTooManyTasksGetsTheResultInstead() {
        for (int i = 0; i < TaskTable.MOST_OF_ONE; i++) {
            begun("s-t");
        }
        server.result("tools/call", "{\"resultType\":\"complete\",\"content\":[]}");

        assertThat(result(begin("s-t", DECLARED))).hasToString("{\"resultType\":\"complete\",\"content\":[]}");
        assertThat(server.last("tools/call").get(Field.META).toString())
                .contains("clientCapabilities\":{\"extensions\":{}}");
        timers.advance(Duration.ofSeconds(61));
        begin("s-t", DECLARED);
        assertThat(server.last("tools/call").get(Field.META).toString()).contains(TASKS);
    }

    @Test
    void aServerWithSessionsJustRunsTheTool() {
        old.answer("tools/call", "{\"content\":[]}");

        FakeHttp call = ModernHttp.call("1", "old-tool", "", DECLARED).to(http);

        assertThat(result(call)).hasToString("{\"resultType\":\"complete\",\"content\":[]}");
        assertThat(old.greetings).noneMatch(greeting -> greeting.contains(TASKS));
        assertThat(inFlight("old")).isZero();
    }
}

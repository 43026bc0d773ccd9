package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.meta;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks of a server with sessions (MCP 2025-11-25, Tasks), for clients that know the extension of 2026-07-28. */
class OlderTasksTest {
    private static final String TASKS = "io.modelcontextprotocol/tasks";
    private static final String RELATED = "\"_meta\":{\"io.modelcontextprotocol/related-task\":{\"taskId\":\"1\"}}";
    private static final String DECLARED = meta("{\"elicitation\":{},\"extensions\":{\"" + TASKS + "\":{}}}");
    private static final String TIMES =
            "\"createdAt\":\"2026-01-01T00:00:00Z\",\"lastUpdatedAt\":\"2026-01-01T00:00:01Z\"";
    private static final String FORM =
            "{\"message\":\"Sure?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}," + RELATED + "}";

    private final ManualTimers timers = new ManualTimers();
    private final ScriptedServer server = new ScriptedServer();
    private final AtomicReference<Consumer<Message>> wayOfResult = new AtomicReference<>();
    private final AtomicReference<Message> askedForResult = new AtomicReference<>();
    private Gateway gateway;
    private McpEndpoint http;

    @BeforeEach
    void start() {
        server.capabilities =
                "{\"tools\":{},\"tasks\":{\"list\":{},\"cancel\":{},\"requests\":{\"tools\":{\"call\":{}}}}}";
        server.tools = "{\"name\":\"tool\",\"execution\":{\"taskSupport\":\"optional\"}},"
                + "{\"name\":\"must\",\"execution\":{\"taskSupport\":\"required\"}},"
                + "{\"name\":\"plain\",\"execution\":{\"taskSupport\":\"forbidden\"}}";
        server.answer("tools/call", "{\"task\":" + state("working") + "," + RELATED + "}");
        server.methods.put("tasks/result", (message, way) -> {
            askedForResult.set(message);
            wayOfResult.set(way);
        });
        gateway = Gateway.builder()
                .service(ServiceDefinition.java("s", server).build())
                .timers(timers)
                .build()
                .start();
        http = gateway.streamableHttp();
        gateway.catalog().refresh(ServiceName.of("s")).toCompletableFuture().join();
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void discoverHasTheExtension() {
        assertThat(ModernHttp.request("1", "server/discover", "").to(http).answer())
                .contains("\"extensions\":{\"" + TASKS + "\":{}}");
    }

    @Test
    void aCallOfAClientThatKnowsTasksBecomesOneInTheWordsOfTheExtension() {
        JsonSlice begun = result(begin("s-tool", DECLARED));
        String id = begun.textMember("taskId");

        assertThat(begun)
                .hasToString("{\"pollIntervalMs\":500,\"ttlMs\":60000,\"taskId\":\"" + id
                        + "\",\"resultType\":\"task\",\"status\":\"working\"," + TIMES + "}");
        assertThat(id).hasSizeGreaterThan(30);
        Message sent = server.heard("tools/call").get(0);
        assertThat(sent.get(Field.PARAMS).member("task")).hasToString("{}");
        assertThat(inFlight()).as("the server stays awake").isEqualTo(1);
    }

    @Test
    void aCallOfAClientThatDoesNotKnowTasksRunsAsACall() {
        server.answer("tools/call", "{\"content\":[]}");

        assertThat(begin("s-tool", meta("{}")).answer()).contains("\"resultType\":\"complete\",\"content\":[]");

        assertThat(server.heard("tools/call").get(0).get(Field.PARAMS).member("task"))
                .isNull();
    }

    @Test
    void aToolThatRunsAsATaskOnlyIsRefusedToAClientThatDoesNotKnowTasks() {
        FakeHttp refused = begin("s-must", meta("{}"));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.answer()).contains("-32021", "\"requiredCapabilities\":{\"extensions\":{\"" + TASKS);
        assertThat(server.heard("tools/call")).isEmpty();
    }

    @Test
    void aToolThatNeverRunsAsATaskIsCalledAsEver() {
        server.answer("tools/call", "{\"content\":[]}");

        assertThat(begin("s-plain", DECLARED).answer()).contains("\"content\":[]");

        assertThat(server.heard("tools/call").get(0).get(Field.PARAMS).member("task"))
                .isNull();
    }

    @Test
    void aTaskThatWorksIsToldAsItIs() {
        String id = begun();
        String state = state("working");
        server.answer("tasks/get", state.substring(0, state.length() - 1) + "," + RELATED + "}");

        assertThat(result(about("tasks/get", id, "")))
                .hasToString("{\"pollIntervalMs\":500,\"ttlMs\":60000,\"taskId\":\"" + id
                        + "\",\"resultType\":\"complete\",\"status\":\"working\"," + TIMES + "}");
        assertThat(server.heard("tasks/get").get(0).get(Field.PARAMS)).hasToString("{\"taskId\":\"1\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed", "failed"})
    void theResultOfATaskThatHasEndedComesWithItsState(String status) {
        String id = begun();
        server.answer("tasks/get", state(status));
        FakeHttp asked = about("tasks/get", id, "");
        assertThat(asked.isAnswered()).isFalse();

        finish("{\"content\":[],\"isError\":true," + RELATED + "}");

        JsonSlice told = result(asked);
        assertThat(told.textMember("status"))
                .as("a tool that fails has run to its end")
                .isEqualTo("completed");
        assertThat(told.member("result")).hasToString("{\"content\":[],\"isError\":true}");
        assertThat(inFlight()).isZero();
        assertThat(result(about("tasks/get", id, "")).member("result"))
                .as("and is told as often as it is asked")
                .hasToString("{\"content\":[],\"isError\":true}");
        assertThat(server.heard("tasks/result")).hasSize(1);
    }

    @Test
    void aTaskThatTheProtocolHasFailedIsToldWithItsError() {
        String id = begun();
        server.answer("tasks/get", state("failed"));
        FakeHttp asked = about("tasks/get", id, "");

        wayOfResult
                .get()
                .accept(ScriptedServer.error(
                        askedForResult.get().requireId(), "{\"code\":-32603,\"message\":\"crashed\"}"));

        JsonSlice told = result(asked);
        assertThat(told.textMember("status")).isEqualTo("failed");
        assertThat(told.member("error")).hasToString("{\"code\":-32603,\"message\":\"crashed\"}");
        assertThat(told.member("result")).isNull();
    }

    @Test
    void whatATaskWantsToKnowIsAskedInItsStateAndAnsweredByAnUpdate() {
        String id = begun();
        server.answer("tasks/get", state("input_required"));
        FakeHttp asked = about("tasks/get", id, "");
        wayOfResult.get().accept(ScriptedServer.request("\"e1\"", "elicitation/create", FORM));

        JsonSlice told = result(asked);
        assertThat(told.textMember("status")).isEqualTo("input_required");
        assertThat(told.member("inputRequests"))
                .hasToString("{\"input_1\":{\"method\":\"elicitation/create\",\"params\":{\"message\":\"Sure?\","
                        + "\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}}}");

        FakeHttp update = about(
                "tasks/update",
                id,
                ",\"inputResponses\":{\"input_1\":{\"action\":\"accept\"},\"input_9\":{\"action\":\"cancel\"}}");
        assertThat(result(update)).hasToString("{\"resultType\":\"complete\"}");
        assertThat(server.heard(null)).singleElement().satisfies(answer -> {
            assertThat(answer.id()).hasToString("\"e1\"");
            assertThat(answer.get(Field.RESULT)).hasToString("{\"action\":\"accept\"}");
        });

        server.answer("tasks/get", state("completed"));
        FakeHttp last = about("tasks/get", id, "");
        finish("{\"content\":[]}");
        assertThat(result(last).member("result")).hasToString("{\"content\":[]}");
        assertThat(server.heard("tasks/result")).hasSize(1);
    }

    @Test
    void aTaskThatWantsInputAndSaysNotWhatIsToldToWork() {
        String id = begun();
        server.answer("tasks/get", state("input_required"));
        FakeHttp asked = about("tasks/get", id, "");
        assertThat(asked.isAnswered()).isFalse();

        timers.advance(Duration.ofSeconds(3));

        assertThat(asked.events())
                .singleElement()
                .satisfies(event -> assertThat(
                                JsonSlice.parse(event).member("result").textMember("status"))
                        .isEqualTo("working"));
    }

    @Test
    void aCancelledTaskLetsItsServerGoAndEndedOnesAreAcknowledgedAlike() {
        String id = begun();
        server.answer("tasks/cancel", state("cancelled"));
        assertThat(result(about("tasks/cancel", id, ""))).hasToString("{\"resultType\":\"complete\"}");
        assertThat(inFlight()).isZero();

        server.methods.put(
                "tasks/cancel",
                (message, way) -> way.accept(
                        ScriptedServer.error(message.requireId(), "{\"code\":-32602,\"message\":\"has ended\"}")));
        server.answer("tasks/get", state("cancelled"));
        assertThat(result(about("tasks/cancel", id, ""))).hasToString("{\"resultType\":\"complete\"}");
        assertThat(result(about("tasks/get", id, "")).textMember("status")).isEqualTo("cancelled");
    }

    @Test
    void aTaskThatItsServerDoesNotKnowIsForgotten() {
        String id = begun();
        server.methods.put(
                "tasks/get",
                (message, way) -> way.accept(
                        ScriptedServer.error(message.requireId(), "{\"code\":-32602,\"message\":\"unknown\"}")));

        assertThat(about("tasks/get", id, "").answer()).contains("-32602", "unknown");
        assertThat(about("tasks/get", id, "").answer()).contains("GW-1306");
        assertThat(inFlight()).isZero();
    }

    @Test
    void anUpdateWithoutAnswersIsRefused() {
        assertThat(about("tasks/update", begun(), ",\"inputResponses\":7").answer())
                .contains("-32602");
    }

    private FakeHttp begin(String tool, String meta) {
        return ModernHttp.call("1", tool, "", meta).to(http);
    }

    private String begun() {
        return result(begin("s-tool", DECLARED)).textMember("taskId");
    }

    private FakeHttp about(String method, String id, String more) {
        return ModernHttp.request("2", method, "\"taskId\":\"" + id + "\"" + more, DECLARED)
                .with("Mcp-Name", id)
                .to(http);
    }

    private void finish(String result) {
        wayOfResult.get().accept(ScriptedServer.result(askedForResult.get().requireId(), result));
    }

    private static String state(String status) {
        return "{\"taskId\":\"1\",\"status\":\"" + status + "\"," + TIMES + ",\"ttl\":60000,\"pollInterval\":500}";
    }

    private static JsonSlice result(FakeHttp exchange) {
        return JsonSlice.parse(exchange.answer()).member("result");
    }

    private int inFlight() {
        return gateway.services().statuses().get(0).inFlight();
    }
}

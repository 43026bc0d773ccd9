package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.modern.ModernScript;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tasks of servers without sessions (extension {@code io.modelcontextprotocol/tasks}), for clients of 2025-11-25. */
class NewerTasksTest {
    private static final String TASKS = "io.modelcontextprotocol/tasks";
    private static final String TIMES =
            "\"createdAt\":\"2026-01-01T00:00:00Z\",\"lastUpdatedAt\":\"2026-01-01T00:00:01Z\"";
    private static final String ASKING = "\"inputRequests\":{\"sure\":{\"method\":\"elicitation/create\",\"params\":"
            + "{\"mode\":\"form\",\"message\":\"Sure?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}}}";

    private final ManualTimers timers = new ManualTimers();
    private final ModernScript server = new ModernScript("s.test");
    private Gateway gateway;
    private LegacyClient client;

    @BeforeEach
    void start() {
        server.result("tools/call", state("task", "working", ""));
        server.result("tasks/update", "{\"resultType\":\"complete\"}");
        server.result("tasks/cancel", "{\"resultType\":\"complete\"}");
        gateway = Gateway.builder()
                .transport(server)
                .service(ServiceDefinition.http("s", URI.create("http://s.test/mcp"))
                        .build())
                .timers(timers)
                .build()
                .start();
        gateway.catalog().refresh(ServiceName.of("s")).toCompletableFuture().join();
        client = open("{\"elicitation\":{}}");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private LegacyClient open(String capabilities) {
        return LegacyClient.open(gateway.streamableHttp(), "2025-11-25", capabilities);
    }

    private static String state(String resultType, String status, String more) {
        return "{\"resultType\":\"" + resultType + "\",\"taskId\":\"1\",\"status\":\"" + status + "\"," + TIMES
                + ",\"ttlMs\":60000,\"pollIntervalMs\":500" + (more.isEmpty() ? "" : "," + more) + "}";
    }

    private void says(String status, String more) {
        server.result("tasks/get", state("complete", status, more));
    }

    private FakeHttp begin(String id) {
        return client.request(id, "tools/call", "{\"name\":\"s-t\",\"arguments\":{\"a\":1},\"task\":{\"ttl\":5000}}");
    }

    private String begun() {
        return result(begin("1")).member("task").textMember("taskId");
    }

    private FakeHttp about(String method, String id) {
        return client.request("7", method, "{\"taskId\":\"" + id + "\"}");
    }

    private static JsonSlice result(FakeHttp exchange) {
        return JsonSlice.parse(exchange.answer()).member("result");
    }

    private static String related(String id) {
        return "\"_meta\":{\"io.modelcontextprotocol/related-task\":{\"taskId\":\"" + id + "\"}}";
    }

    private int inFlight() {
        return gateway.services().statuses().get(0).inFlight();
    }

    @Test
    void clientsWithSessionsAreToldThatThereAreTasksAndWhichToolsMayRunAsOne() {
        String initialize = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                + "\"2025-11-25\"}}";
        assertThat(FakeHttp.post(initialize).to(gateway.streamableHttp()).answer())
                .contains("\"tasks\":{\"list\":{},\"cancel\":{},\"requests\":{\"tools\":{\"call\":{}}}}");
        assertThat(client.request("1", "tools/list", "{}").answer())
                .contains("\"execution\":{\"taskSupport\":\"optional\"}");
    }

    @Test
    void toolsOfAServerWithoutTheExtensionAreListedAsTheyAre() {
        gateway.close();
        server.capabilities = "{\"tools\":{}}";
        start();

        assertThat(client.request("1", "tools/list", "{}").answer()).doesNotContain("taskSupport");
    }

    @Test
    void aCallThatIsToBeATaskGoesOnInTheWordsOfTheExtension() {
        JsonSlice begun = result(begin("1"));
        String id = begun.member("task").textMember("taskId");

        assertThat(begun.member("task"))
                .hasToString("{\"pollInterval\":500,\"ttl\":60000,\"taskId\":\"" + id + "\",\"status\":\"working\","
                        + TIMES + "}");
        assertThat(id).hasSizeGreaterThan(30);
        Message sent = server.last("tools/call");
        assertThat(sent.get(Field.PARAMS).member("task")).isNull();
        assertThat(sent.get(Field.PARAMS).member("arguments")).hasToString("{\"a\":1}");
        assertThat(sent.get(Field.META).toString()).contains("\"extensions\":{\"" + TASKS + "\":{}}");
        assertThat(inFlight()).as("the server stays awake").isEqualTo(1);
    }

    @Test
    void aTaskBeginsToWorkWhateverItsServerSays() {
        server.result("tools/call", state("task", "input_required", ""));

        assertThat(result(begin("1")).member("task").textMember("status")).isEqualTo("working");
    }

    @Test
    void itsStateIsToldInTheWordsThatTheClientKnows() {
        String id = begun();
        says("working", "\"statusMessage\":\"half\"");

        assertThat(result(about("tasks/get", id)))
                .hasToString("{\"pollInterval\":500,\"ttl\":60000,\"taskId\":\"" + id + "\",\"status\":\"working\","
                        + TIMES + ",\"statusMessage\":\"half\"}");
        Message asked = server.last("tasks/get");
        assertThat(asked.get(Field.PARAMS).textMember("taskId")).isEqualTo("1");
        assertThat(asked.get(Field.META).toString()).contains(TASKS);
        assertThat(server.lastHeaders()).containsSequence("Mcp-Method", "tasks/get", "Mcp-Name", "1");
    }

    @Test
    void theResultIsWaitedForAndBelongsToTheTask() {
        String id = begun();
        says("working", "");
        FakeHttp waiting = about("tasks/result", id);
        timers.advance(Duration.ofMillis(499));
        assertThat(waiting.isAnswered()).isFalse();

        says("completed", "\"result\":{\"content\":[],\"n\":1.0}");
        timers.advance(Duration.ofMillis(1));

        assertThat(result(waiting)).hasToString("{" + related(id) + ",\"content\":[],\"n\":1.0}");
        assertThat(inFlight()).as("nobody has to ask how it stands").isZero();
        assertThat(client.request("9", "tasks/list", "{}").answer()).contains("\"status\":\"completed\"");
        assertThat(result(about("tasks/get", id)).textMember("status")).isEqualTo("completed");
        assertThat(inFlight()).isZero();
        assertThat(result(about("tasks/result", id)).member("n")).hasToString("1.0");
    }

    @Test
    void eachChangeThatIsSeenMeanwhileIsToldToAClientThatListens() {
        FakeHttp listening = client.listen();
        String id = begun();
        says("working", "");
        about("tasks/result", id);
        timers.advance(Duration.ofSeconds(2));
        assertThat(status(listening)).isEmpty();

        says("input_required", "");
        timers.advance(Duration.ofSeconds(2));
        says("completed", "\"result\":{\"content\":[],\"isError\":true}");
        timers.advance(Duration.ofSeconds(2));

        String told = "{\"pollInterval\":500,\"ttl\":60000,\"taskId\":\"" + id + "\",\"status\":\"%s\"," + TIMES + "}";
        assertThat(status(listening)).containsExactly(told.formatted("input_required"), told.formatted("failed"));
    }

    private static List<String> status(FakeHttp stream) {
        return stream.events().stream()
                .filter(event -> event.contains("notifications/tasks/status"))
                .map(event -> JsonSlice.parse(event).member("params").toString())
                .toList();
    }

    @Test
    void whatTheGatewayAsksWhileItWaitsIsNobodysCall() {
        String id = begun();
        says("working", "");
        long before = calls();

        about("tasks/result", id);
        timers.advance(Duration.ofSeconds(10));

        assertThat(server.received.stream().filter(message -> message.method().equals("tasks/get")))
                .hasSizeGreaterThan(10);
        assertThat(calls()).isEqualTo(before);
    }

    private long calls() {
        return gateway.calls().get(ServiceName.of("s")).calls();
    }

    @Test
    void aToolThatFailedHasFailedItsTask() {
        String id = begun();
        says("completed", "\"result\":{\"content\":[],\"isError\":true}");

        JsonSlice state = result(about("tasks/get", id));
        assertThat(state.textMember("status")).isEqualTo("failed");
        assertThat(state.member("result")).isNull();
        assertThat(result(about("tasks/result", id)).member("isError")).hasToString("true");
    }

    @Test
    void theErrorOfATaskIsThatOfItsResult() {
        String id = begun();
        says("failed", "\"error\":{\"code\":-32603,\"message\":\"crashed\",\"data\":1.0}");

        assertThat(about("tasks/result", id).answer())
                .contains("\"error\":{\"code\":-32603,\"message\":\"crashed\",\"data\":1.0}");
        assertThat(inFlight()).isZero();
        assertThat(client.request("9", "tasks/list", "{}").answer()).contains("\"status\":\"failed\"");
    }

    @Test
    void whatATaskWantsToKnowIsAskedOnceWhileItsResultIsWaitedForAndTheAnswerGoesToTheServer() {
        String id = begun();
        says("input_required", ASKING);
        assertThat(result(about("tasks/get", id)).toString())
                .contains("\"status\":\"input_required\"")
                .doesNotContain("inputRequests");

        FakeHttp waiting = about("tasks/result", id);
        timers.advance(Duration.ofSeconds(2));

        assertThat(waiting.events()).hasSize(1);
        String asked = waiting.events().get(0);
        assertThat(asked).contains("elicitation/create", "Sure?", related(id));
        client.post("{\"jsonrpc\":\"2.0\",\"id\":" + LegacyClient.idOf(asked) + ",\"result\":{\"action\":\"accept\","
                + related(id) + "}}");
        assertThat(server.last("tasks/update").get(Field.PARAMS).member("inputResponses"))
                .hasToString("{\"sure\":{\"action\":\"accept\"}}");
        assertThat(server.last("tasks/update").get(Field.PARAMS).textMember("taskId"))
                .isEqualTo("1");

        timers.advance(Duration.ofSeconds(1));
        assertThat(waiting.events())
                .as("the server has not come to it yet, which is no new question")
                .hasSize(1);
        says("completed", "\"result\":{\"content\":[]}");
        timers.advance(Duration.ofSeconds(1));
        waiting.awaitStreamEnd();
        assertThat(waiting.events().get(1)).contains("\"content\":[]", related(id));
    }

    @Test
    void aTaskWhoseTimeEndsWhileItsResultIsWaitedForKeepsTheIdThatItsClientKnows() {
        String id = begun();
        says("working", "");
        FakeHttp waiting = about("tasks/result", id);
        timers.advance(Duration.ofSeconds(61));
        assertThat(about("tasks/get", id).answer()).as("its time is over").contains("Unknown task");

        says("input_required", ASKING);
        timers.advance(Duration.ofSeconds(1));
        client.post("{\"jsonrpc\":\"2.0\",\"id\":"
                + LegacyClient.idOf(waiting.events().get(0)) + ",\"result\":{\"action\":\"accept\"}}");
        says("completed", "\"result\":{\"content\":[]}");
        timers.advance(Duration.ofSeconds(1));
        waiting.awaitStreamEnd();

        assertThat(waiting.events())
                .hasSize(2)
                .allSatisfy(event -> assertThat(event).contains(related(id)));
        assertThat(about("tasks/result", id).answer()).contains("Unknown task");
    }

    @Test
    void aClientThatCannotBeAskedHearsOfItAndMayCancel() {
        client = open("{}");
        String id = begun();
        says("input_required", ASKING);

        assertThat(about("tasks/result", id).answer())
                .contains("GW-1509", "elicitation. Ask for its result again, or cancel it.\"");
        assertThat(about("tasks/result", id).answer()).as("and again").contains("GW-1509");
        assertThat(result(about("tasks/cancel", id)).textMember("status")).isEqualTo("cancelled");
    }

    @Test
    void aClientThatRefusesToAnswerMayBeAskedAgain() {
        String id = begun();
        says("input_required", ASKING);
        FakeHttp waiting = about("tasks/result", id);
        client.post("{\"jsonrpc\":\"2.0\",\"id\":"
                + LegacyClient.idOf(waiting.events().get(0)) + ",\"error\":{\"code\":-1,\"message\":\"busy\"}}");
        waiting.awaitStreamEnd();
        assertThat(waiting.events().get(1)).contains("GW-1509", "busy");

        assertThat(about("tasks/result", id).events())
                .singleElement()
                .asString()
                .contains("Sure?");
    }

    @Test
    void aQuestionIsTakenBackWhenTheTaskEndsWithoutItsAnswer() {
        String id = begun();
        says("input_required", ASKING);
        FakeHttp waiting = about("tasks/result", id);
        says("completed", "\"result\":{\"content\":[]}");
        timers.advance(Duration.ofSeconds(1));
        waiting.awaitStreamEnd();

        assertThat(waiting.events()).hasSize(3);
        assertThat(waiting.events().get(1)).contains("notifications/cancelled");
    }

    @Test
    void aCancelledTaskStaysCancelledAndHasNoResult() {
        String id = begun();
        says("working", "");
        FakeHttp waiting = about("tasks/result", id);

        assertThat(result(about("tasks/cancel", id)).textMember("status")).isEqualTo("cancelled");

        assertThat(server.last("tasks/cancel").get(Field.PARAMS).textMember("taskId"))
                .isEqualTo("1");
        assertThat(waiting.answer()).contains("-32602", "was cancelled");
        assertThat(inFlight()).isZero();
        says("completed", "\"result\":{\"content\":[]}");
        assertThat(result(about("tasks/get", id)).textMember("status")).isEqualTo("cancelled");
        assertThat(about("tasks/result", id).answer()).contains("was cancelled");
        assertThat(about("tasks/cancel", id).answer()).contains("-32602", "ended already");
    }

    @Test
    void whoeverStopsWaitingForAResultLeavesTheTaskAlone() {
        String id = begun();
        says("working", "");
        FakeHttp waiting = about("tasks/result", id);
        client.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}");
        int asked = server.received.size();
        timers.advance(Duration.ofMinutes(1));

        assertThat(waiting.isAnswered() && waiting.answer() != null).isFalse();
        assertThat(server.received).as("nobody asks any more").hasSize(asked);
        assertThat(server.last("tasks/cancel")).isNull();
    }

    @Test
    void anAnswerThatComesAtOnceIsATaskThatHasEnded() {
        server.result("tools/call", "{\"resultType\":\"complete\",\"content\":[],\"n\":1.0}");

        JsonSlice task = result(begin("1")).member("task");
        String id = task.textMember("taskId");

        assertThat(task.textMember("status")).isEqualTo("working");
        assertThat(task.member("ttl")).as("as long as the client wishes").hasToString("5000");
        assertThat(inFlight()).isZero();
        assertThat(result(about("tasks/get", id)).textMember("status")).isEqualTo("completed");
        assertThat(result(about("tasks/result", id)).toString()).contains(related(id), "\"content\":[],\"n\":1.0");
        assertThat(about("tasks/cancel", id).answer()).contains("-32602");
        assertThat(client.request("8", "tasks/list", "{}").answer()).contains(id, "completed");
    }

    @Test
    void anAnswerThatIsKeptIsGoneWhenItsTimeIsOver() {
        server.result("tools/call", "{\"resultType\":\"complete\",\"content\":[]}");
        String id = begun();
        timers.advance(Duration.ofMillis(5000));
        assertThat(about("tasks/get", id).answer()).contains("completed");
        timers.advance(Duration.ofMillis(1));

        assertThat(client.request("8", "tasks/list", "{}").answer()).contains("{\"tasks\":[]}");
        for (String method : new String[] {"tasks/get", "tasks/result", "tasks/cancel"}) {
            assertThat(about(method, id).answer()).contains("GW-1306");
        }
    }

    @Test
    void answersThatNobodyFetchesAreForgottenBeforeTheyFillTheMemory() {
        server.result(
                "tools/call", "{\"resultType\":\"complete\",\"content\":[],\"x\":\"" + "x".repeat(3_000_000) + "\"}");
        String oldest = begun();
        String second = begun();
        String third = begun();

        assertThat(about("tasks/get", oldest).answer()).contains("GW-1306");
        assertThat(about("tasks/get", second).answer()).contains("completed");
        assertThat(about("tasks/get", third).answer()).contains("completed");
    }

    @Test
    void aRefusedCallIsNoTask() {
        server.methods.put("tools/call", message -> "\"error\":{\"code\":-32602,\"message\":\"no\"}");

        assertThat(begin("1").answer()).contains("\"error\":{\"code\":-32602,\"message\":\"no\"}");
        assertThat(inFlight()).isZero();
        assertThat(client.request("8", "tasks/list", "{}").answer()).contains("{\"tasks\":[]}");
    }

    @Test
    void aTaskIsNobodyElses() {
        String id = begun();
        LegacyClient stranger = open("{}");

        for (String method : new String[] {"tasks/get", "tasks/result", "tasks/cancel"}) {
            assertThat(stranger.request("1", method, "{\"taskId\":\"" + id + "\"}")
                            .answer())
                    .contains("GW-1306");
        }
        assertThat(server.last("tasks/get")).isNull();
    }

    @Test
    void aTaskThatItsServerDoesNotKnowIsForgotten() {
        String id = begun();
        server.methods.put("tasks/get", message -> "\"error\":{\"code\":-32602,\"message\":\"unknown\"}");

        assertThat(about("tasks/get", id).answer()).contains("-32602", "unknown");
        assertThat(inFlight()).isZero();
        assertThat(about("tasks/get", id).answer()).contains("GW-1306");
    }

    @Test
    void aCallWithoutATaskIsAskedForWithoutOne() {
        server.result("tools/call", "{\"resultType\":\"complete\",\"content\":[]}");

        assertThat(client.call("1").answer()).contains("\"content\":[]");
        assertThat(server.last("tools/call").get(Field.META).toString()).doesNotContain(TASKS);
    }

    @Test
    void aCallOfAToolThatRunsAsATaskOnlyIsWaitedFor() {
        server.methods.put(
                "tools/call",
                message -> message.get(Field.META).toString().contains(TASKS)
                        ? "\"result\":" + state("task", "working", "")
                        : "\"error\":{\"code\":-32021,\"message\":\"task only\",\"data\":{\"requiredCapabilities\":"
                                + "{\"extensions\":{\"" + TASKS + "\":{}}}}}");
        says("input_required", ASKING);

        FakeHttp call = client.call("1");

        String asked = call.events().get(0);
        assertThat(asked).contains("Sure?").doesNotContain("related-task");
        client.post("{\"jsonrpc\":\"2.0\",\"id\":" + LegacyClient.idOf(asked) + ",\"result\":{\"action\":\"accept\"}}");
        assertThat(server.last("tasks/update").get(Field.PARAMS).member("inputResponses"))
                .hasToString("{\"sure\":{\"action\":\"accept\"}}");
        assertThat(inFlight()).isEqualTo(1);
        says("completed", "\"result\":{\"content\":[],\"n\":1.0}");
        timers.advance(Duration.ofSeconds(1));
        call.awaitStreamEnd();
        assertThat(call.events().get(1)).contains("\"result\":{\"content\":[],\"n\":1.0}");
        assertThat(inFlight()).isZero();
    }

    @Test
    void aClientThatGivesUpSuchACallEndsItsTask() {
        says("working", "");
        FakeHttp call = client.call("1");
        assertThat(inFlight()).isEqualTo(1);

        client.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");

        assertThat(server.last("tasks/cancel").get(Field.PARAMS).textMember("taskId"))
                .isEqualTo("1");
        assertThat(inFlight()).isZero();
        assertThat(call.streamClosed() || !call.isAnswered() || call.answer() == null)
                .isTrue();
    }

    @Test
    void aServerThatSpeaksBothGenerationsRunsTasksInTheOneThatHasThemAndCallsInTheClients() {
        server.result(
                "initialize",
                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                        + "\"serverInfo\":{\"name\":\"m\",\"version\":\"1\"}}");
        server.methods.put(
                "tools/call",
                message -> "\"result\":"
                        + (message.get(Field.META).toString().contains(TASKS)
                                ? state("task", "working", "")
                                : "{\"content\":[]}"));

        assertThat(client.call("1").answer()).contains("\"result\":{\"content\":[]}");
        assertThat(server.last("initialize")).isNotNull();
        assertThat(server.last("tools/call").get(Field.META).toString()).doesNotContain("protocolVersion");

        String id = begun();
        says("completed", "\"result\":{\"content\":[],\"n\":1.0}");
        assertThat(result(about("tasks/result", id)).member("n")).hasToString("1.0");
        assertThat(server.last("tasks/get").get(Field.META).toString()).contains(TASKS);
        assertThat(client.call("9").answer()).contains("\"result\":{\"content\":[]}");
    }

    @Test
    void anotherRefusalOfACallIsPassedOn() {
        server.methods.put(
                "tools/call",
                message -> "\"error\":{\"code\":-32021,\"message\":\"no\",\"data\":{\"requiredCapabilities\":"
                        + "{\"sampling\":{}}}}");

        assertThat(client.call("1").answer()).contains("-32021");
        assertThat(server.received.stream().filter(message -> message.method().equals("tools/call")))
                .hasSize(1);
    }
}

package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tasks of servers without sessions (extension {@code io.modelcontextprotocol/tasks}), for clients of 2025-11-25. */
class NewerTasksTest extends NewerTasksFixture {
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
}

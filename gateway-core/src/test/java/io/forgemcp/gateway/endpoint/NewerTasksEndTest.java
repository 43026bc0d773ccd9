package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message.Field;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How the tasks that a modern server runs for a client with a session end, and what is kept of them. */
class NewerTasksEndTest extends NewerTasksFixture {
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

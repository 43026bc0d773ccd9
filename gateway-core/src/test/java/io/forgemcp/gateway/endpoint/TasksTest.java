package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.UpstreamTarget;
import io.forgemcp.gateway.virtualserver.Route;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tool calls that run as tasks (MCP 2025-11-25, Tasks). */
class TasksTest {
    private final PuppetServer server = new PuppetServer();
    private final PuppetServer other = new PuppetServer();
    private Gateway gateway;
    private LegacyClient client;

    @BeforeEach
    void start() {
        server.capabilities =
                "{\"tools\":{},\"tasks\":{\"list\":{},\"cancel\":{},\"requests\":{\"tools\":{\"call\":{}}}}}";
        other.capabilities = server.capabilities;
        gateway = Gateway.builder()
                .service(ServiceDefinition.java("s", server).build())
                .service(ServiceDefinition.java("o", other).build())
                .build()
                .start();
        client = LegacyClient.open(gateway.streamableHttp(), "2025-11-25", "{\"elicitation\":{}}");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private FakeHttp begin(LegacyClient who, String tool) {
        return who.request(
                "1",
                "tools/call",
                "{\"name\":\"" + tool + "\",\"task\":{\"ttl\":60000},\"_meta\":{\"progressToken\":\"p\"}}");
    }

    /** Begins a task that both servers name alike, and returns the client's id of it. */
    private String begun(LegacyClient who, String tool, PuppetServer at) {
        FakeHttp call = begin(who, tool);
        at.talk()
                .answer(
                        at.talk().last("tools/call"),
                        "{\"task\":{\"taskId\":\"1\",\"status\":\"working\",\"ttl\":60000},\"x\":1.0}");
        return JsonSlice.parse(call.answer()).member("result").member("task").textMember("taskId");
    }

    private static String of(String id) {
        return "{\"taskId\":\"" + id + "\"}";
    }

    @Test
    void aTaskWhoseResultItsClientHasKeepsItsServerAwakeNoLonger() {
        String done = begun(client, "s-t", server);
        client.request("2", "tasks/result", of(done));
        server.talk().answer(server.talk().last("tasks/result"), "{\"content\":[]}");

        assertThat(gateway.services().statuses()).allMatch(status -> status.inFlight() == 0);
        assertThat(client.request("3", "tasks/list", "{}").answer()).contains("\"status\":\"completed\"");
    }

    @Test
    void theCallIsPassedOnWithItsTaskAndTheClientGetsAnIdOfTheGatewaysOwn() {
        String one = begun(client, "s-t", server);
        String two = begun(client, "o-t", other);

        assertThat(server.talk().last("tools/call").get(Field.PARAMS).member("task"))
                .hasToString("{\"ttl\":60000}");
        assertThat(one).hasSizeGreaterThan(30).isNotEqualTo(two);
        FakeHttp get = client.request("2", "tasks/get", of(two));
        assertThat(other.talk().last("tasks/get").get(Field.PARAMS)).hasToString(of("1"));
        other.talk().answer(other.talk().last("tasks/get"), "{\"taskId\":\"1\",\"status\":\"working\",\"y\":2.0}");
        assertThat(get.answer()).contains("{\"taskId\":\"" + two + "\",\"status\":\"working\",\"y\":2.0}");
    }

    @Test
    void theResultRelatesToTheTaskThatTheClientKnows() {
        String id = begun(client, "s-t", server);
        FakeHttp result = client.request("2", "tasks/result", of(id));
        server.talk()
                .answer(
                        server.talk().last("tasks/result"),
                        "{\"content\":[],\"_meta\":{\"io.modelcontextprotocol/related-task\":{\"taskId\":\"1\"}}}");

        assertThat(result.answer())
                .contains("{\"content\":[],\"_meta\":{\"io.modelcontextprotocol/related-task\":{\"taskId\":\"" + id
                        + "\"}}}");
    }

    @Test
    void aTaskIsNobodyElses() {
        String id = begun(client, "s-t", server);
        LegacyClient stranger = LegacyClient.open(gateway.streamableHttp());

        for (String method : new String[] {"tasks/get", "tasks/result", "tasks/cancel"}) {
            assertThat(stranger.request("1", method, of(id)).answer()).contains("-32602");
        }
        assertThat(stranger.request("2", "tasks/list", "{}").answer()).contains("{\"tasks\":[]}");
        assertThat(client.request("3", "tasks/get", of("1")).answer()).contains("-32602");
    }

    @Test
    void theListHoldsTheClientsTasksOfAllServers() {
        String one = begun(client, "s-t", server);
        String two = begun(client, "o-t", other);
        FakeHttp cancel = client.request("2", "tasks/cancel", of(one));
        server.talk().answer(server.talk().last("tasks/cancel"), "{\"taskId\":\"1\",\"status\":\"cancelled\"}");
        assertThat(cancel.answer()).contains(one, "cancelled");

        assertThat(client.request("3", "tasks/list", "{}").answer())
                .contains("{\"tasks\":[{\"taskId\":\"" + one + "\",\"status\":\"cancelled\"},{\"taskId\":\"" + two
                        + "\",\"status\":\"working\",\"ttl\":60000}]}");
        assertThat(client.request("4", "tasks/list", "{\"cursor\":\"x\"}").answer())
                .contains("-32602");
    }

    @Test
    void theListComesInPages() {
        ClientTasks tasks = new ClientTasks(() -> 0);
        for (int i = 0; i < 5; i++) {
            tasks.add(
                    ROUTE, JsonSlice.parse("{\"taskId\":\"" + i + "\",\"status\":\"completed\"}"), new RecordedLease());
        }

        ClientTasks.Page first = tasks.states(null, 2);
        ClientTasks.Page second = tasks.states(first.next(), 2);
        ClientTasks.Page third = tasks.states(second.next(), 2);

        assertThat(first.states()).hasSize(2);
        assertThat(second.states()).hasSize(2).doesNotContainAnyElementsOf(first.states());
        assertThat(third.states()).hasSize(1).doesNotContainAnyElementsOf(second.states());
        assertThat(third.next()).isNull();
        assertThat(tasks.states(null, 5).next()).as("nothing follows the last").isNull();
    }

    @Test
    void whatIsSaidOfATaskBearsTheClientsIdAndToken() {
        FakeHttp listening = client.listen();
        String id = begun(client, "s-t", server);
        long number = server.talk().last("tools/call").numericId();
        server.talk()
                .say(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tasks/status\",\"params\":{\"taskId\":\"1\",\"status\":\"input_required\"}}");
        server.talk()
                .say(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tasks/status\",\"params\":{\"taskId\":\"none\"}}");
        server.talk()
                .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                        + number + ",\"progress\":1}}");

        assertThat(listening.events()).hasSize(2);
        assertThat(listening.events().get(0)).contains(id, "input_required");
        assertThat(listening.events().get(1)).contains("\"progressToken\":\"p\"");
    }

    @Test
    void aQuestionForATaskAndItsAnswerBearTheIdThatEachSideKnows() {
        String id = begun(client, "s-t", server);
        FakeHttp result = client.request("2", "tasks/result", of(id));
        server.talk()
                .say("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"elicitation/create\",\"params\":{\"message\":\"?\","
                        + "\"_meta\":{\"io.modelcontextprotocol/related-task\":{\"taskId\":\"1\"}}}}");
        String asked = result.events().get(0);
        assertThat(asked).contains("{\"taskId\":\"" + id + "\"}");
        client.post("{\"jsonrpc\":\"2.0\",\"id\":" + LegacyClient.idOf(asked)
                + ",\"result\":{\"action\":\"accept\",\"_meta\":{\"io.modelcontextprotocol/related-task\":{\"taskId\":\""
                + id + "\"}}}}");

        assertThat(server.talk().answers()).singleElement().asString().contains("{\"taskId\":\"1\"}");
    }

    @Test
    void noMentionOfATaskUnderItsServersIdReachesTheClient() {
        String id = begun(client, "s-t", server);
        String other = "\"_meta\":{\"x\":1,\"io.modelcontextprotocol/related-task\":{\"taskId\":\"srv-2\"}}";
        FakeHttp get = client.request("2", "tasks/get", of(id));
        server.talk()
                .answer(server.talk().last("tasks/get"), "{\"taskId\":\"1\",\"status\":\"working\"," + other + "}");
        FakeHttp result = client.request("3", "tasks/result", of(id));
        server.talk()
                .say("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"elicitation/create\",\"params\":{\"message\":\"?\","
                        + other + "}}");
        server.talk()
                .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                        + server.talk().last("tools/call").numericId() + ",\"progress\":1," + other + "}}");
        server.talk().answer(server.talk().last("tasks/result"), "{\"content\":[]," + other + "}");
        result.awaitStreamEnd();
        FakeHttp list = client.request("4", "tasks/list", "{}");

        assertThat(get.answer()).contains("{\"x\":1}", id).doesNotContain("srv-2");
        assertThat(list.answer()).contains("{\"x\":1}", id).doesNotContain("srv-2");
        assertThat(result.events())
                .hasSize(3)
                .allSatisfy(event ->
                        assertThat(event).contains("\"_meta\":{\"x\":1}").doesNotContain("srv-2"));
    }

    @Test
    void aRunningTaskHoldsItsServerAwakeAndAFinishedOneDoesNot() {
        String id = begun(client, "s-t", server);
        assertThat(inFlight()).isEqualTo(1);
        client.request("2", "tasks/get", of(id));
        server.talk().answer(server.talk().last("tasks/get"), "{\"taskId\":\"1\",\"status\":\"completed\"}");
        assertThat(inFlight()).isZero();

        FakeHttp plain = begin(client, "s-t");
        server.talk().answer(server.talk().last("tools/call"), "{\"content\":[]}");
        assertThat(plain.status()).isEqualTo(200);
        assertThat(inFlight()).isZero();
    }

    private long inFlight() {
        return gateway.services().status(ServiceName.of("s")).orElseThrow().inFlight();
    }

    @Test
    void aSessionRunsSoManyTasksAndNotOneMore() {
        String first = "";
        for (int i = 0; i < ClientTasks.MOST; i++) {
            String id = begun(client, "s-t", server);
            first = i == 0 ? id : first;
        }
        int made = server.talk().all("tools/call").size();

        FakeHttp refused = begin(client, "s-t");

        assertThat(refused.answer()).contains("GW-1108", "1000 tasks");
        assertThat(server.talk().all("tools/call")).as("the tool is not run").hasSize(made);
        assertThat(inFlight()).isEqualTo(ClientTasks.MOST);

        client.request("2", "tasks/cancel", of(first));
        server.talk().answer(server.talk().last("tasks/cancel"), "{\"taskId\":\"1\",\"status\":\"cancelled\"}");
        begun(client, "s-t", server);
        assertThat(inFlight()).isEqualTo(ClientTasks.MOST);
    }

    @Test
    void callsThatHaveNotBecomeTasksYetCountAndThoseThatDoNotGiveTheirPlaceBack() {
        for (int i = 0; i < ClientTasks.MOST; i++) {
            begin(client, "s-t");
        }
        assertThat(begin(client, "s-t").answer()).contains("GW-1108");

        server.talk().all("tools/call").forEach(call -> server.talk().answer(call, "{\"content\":[]}"));

        assertThat(inFlight()).isZero();
        begun(client, "s-t", server);
        assertThat(inFlight()).isEqualTo(1);
    }

    @Test
    void withoutASessionNoTaskBegins() {
        FakeHttp call = FakeHttp.post(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"s-t\",\"task\":{}}}")
                .with("Accept", "application/json")
                .to(gateway.streamableHttp());

        assertThat(call.answer()).contains("GW-1101", "params.task");
        assertThat(server.talk().all("tools/call")).isEmpty();
    }

    @Test
    void tasksArePromisedToThoseWhoKnowThem() {
        String initialize =
                "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"";
        assertThat(FakeHttp.post(initialize + "2025-11-25\"}}")
                        .to(gateway.streamableHttp())
                        .answer())
                .contains("\"tasks\":{\"list\":{},\"cancel\":{},\"requests\":{\"tools\":{\"call\":{}}}}");
        assertThat(FakeHttp.post(initialize + "2025-06-18\"}}")
                        .to(gateway.streamableHttp())
                        .answer())
                .doesNotContain("tasks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-03-26", "2025-06-18"})
    void inASessionOfARevisionWithoutTasksTheWishForOneIsAMemberThatNobodyKnows(String version) {
        LegacyClient older = LegacyClient.open(gateway.streamableHttp(), version, "{}");
        FakeHttp call = older.request("1", "tools/call", "{\"name\":\"s-t\",\"task\":5,\"arguments\":{\"task\":1.0}}");

        assertThat(server.talk().last("tools/call").get(Field.PARAMS))
                .hasToString("{\"name\":\"t\",\"arguments\":{\"task\":1.0}}");
        server.talk().answer(server.talk().last("tools/call"), "{\"content\":[]}");
        assertThat(call.answer()).contains("\"content\":[]");
        for (String method : new String[] {"tasks/get", "tasks/result", "tasks/cancel", "tasks/list"}) {
            assertThat(older.request("2", method, of("1")).answer()).contains("-32601", version);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "null", "[]", "\"x\"", "{\"ttl\":-1}", "{\"ttl\":\"a\"}", "{\"ttl\":{}}"})
    void aWishForATaskThatIsNoneIsRefusedBeforeItsServerHearsOfIt(String wish) {
        FakeHttp call = client.request("1", "tools/call", "{\"name\":\"s-t\",\"task\":" + wish + "}");

        assertThat(call.answer()).contains("-32602", "params.task must be an object");
        assertThat(gateway.services().statuses()).allMatch(status -> status.inFlight() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"ttl\":0}", "{\"ttl\":null}", "{\"ttl\":1e300}", "{\"own\":1}"})
    void everyOtherWishGoesToTheServerAsItIs(String wish) {
        client.request("1", "tools/call", "{\"name\":\"s-t\",\"task\":" + wish + "}");

        assertThat(server.talk().last("tools/call").get(Field.PARAMS).member("task"))
                .hasToString(wish);
    }

    @Test
    void aTaskThatOutlivedItsTimeIsUnknownThoughNobodyHasSweptItAway() {
        long[] now = new long[1];
        ClientTasks tasks = new ClientTasks(() -> now[0]);
        RecordedLease lease = new RecordedLease();
        String id = tasks.add(ROUTE, JsonSlice.parse("{\"taskId\":\"1\",\"status\":\"working\",\"ttl\":10}"), lease)
                .id();
        now[0] = 10_000_000;
        assertThat(tasks.find(id)).isNotNull();
        now[0]++;

        assertThat(tasks.exposedId(ROUTE.service(), "1")).isNull();
        assertThat(tasks.find(id)).isNull();
        assertThat(tasks.states(null, 10).states()).isEmpty();
        assertThat(lease.closed).isTrue();
    }

    @Test
    void aTaskThatOutlivedItsTimeIsForgotten() {
        long[] now = new long[1];
        ClientTasks tasks = new ClientTasks(() -> now[0]);
        RecordedLease lease = new RecordedLease();
        tasks.add(ROUTE, JsonSlice.parse("{\"taskId\":\"1\",\"status\":\"working\",\"ttl\":10}"), lease);
        tasks.forget(10_000_000);
        assertThat(lease.closed).isFalse();
        tasks.forget(10_000_001);

        assertThat(lease.closed).isTrue();
        assertThat(tasks.states(null, 10).states()).isEmpty();
    }

    private static final Route ROUTE = new Route(ServiceName.of("s"), "t", new byte[0], ParameterHeaders.NONE);

    private static final class RecordedLease implements Lease {
        private boolean closed;

        @Override
        public UpstreamTarget target() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Lease yielding() {
            return this;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}

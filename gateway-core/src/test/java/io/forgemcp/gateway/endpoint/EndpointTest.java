package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.GatewaySettings;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The endpoints over a scripted server inside the process: what a client of any web server would see. */
class EndpointTest {
    private final Script script = new Script();
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("s", script).build())
            .virtualServer(VirtualServer.of("one", List.of(ServiceName.of("s"))))
            .build()
            .start();
    private final McpEndpoint http = gateway.streamableHttp();

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void initializeAgreesOnTheClientsRevisionAndOpensASession() {
        FakeHttp exchange = FakeHttp.post(initialize("2025-06-18")).to(http);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.header("Mcp-Session-Id", true)).hasSize(32);
        assertThat(exchange.answer()).contains("\"protocolVersion\":\"2025-06-18\"", "\"id\":\"i\"");
    }

    @Test
    void anUnknownRevisionIsAnsweredWithTheNewestThatHasSessions() {
        assertThat(FakeHttp.post(initialize("1999-01-01")).to(http).answer())
                .contains("\"protocolVersion\":\"2025-11-25\"");
    }

    @Test
    void aRequestWithoutASessionIsRefusedUnlessItWantsOnlyJson() {
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

        FakeHttp refused = FakeHttp.post(ping).to(http);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.answer()).contains("GW-1101");
        FakeHttp bare = FakeHttp.post(ping).with("Accept", "application/json").to(http);
        assertThat(bare.answer()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    }

    @Test
    void aCallComesBackWithTheClientsOwnIdAndEverythingElseUntouched() {
        String session = open();
        script.answer = "{\"content\":[],\"big\":12345678901234567890,\"one\":1.0,\"x\":{\"y\":[null]}}";

        FakeHttp call = call(session, "\"a\\u0062c\"", "s-tool");

        assertThat(call.status()).isEqualTo(200);
        assertThat(call.answer())
                .contains("\"id\":\"a\\u0062c\"")
                .contains("\"result\":{\"content\":[],\"big\":12345678901234567890,\"one\":1.0,\"x\":{\"y\":[null]}}");
        assertThat(script.lastName).isEqualTo("tool");
    }

    @Test
    void anAnswerIsJsonUnlessANotificationComesFirst() {
        String session = open();
        script.progress = 3;
        FakeHttp call = FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":"
                        + "{\"name\":\"s-tool\",\"_meta\":{\"progressToken\":\"mine\"}}}")
                .session(session)
                .to(http);
        call.awaitStreamEnd();

        assertThat(call.events()).hasSize(4);
        assertThat(call.events().subList(0, 3)).allMatch(event -> event.contains("\"progressToken\":\"mine\""));
        assertThat(call.events().get(3)).contains("\"id\":7", "\"result\"");
    }

    @Test
    void aPromptOfAServerThatNeverRanIsFoundByStartingIt() {
        try (Gateway lazy = Gateway.builder()
                .service(ServiceDefinition.java("s", script).build())
                .virtualServer(VirtualServer.of("one", List.of(ServiceName.of("s"))))
                .build()) {
            lazy.add(ServiceDefinition.java("s", script).build());
            lazy.catalog().remove(ServiceName.of("s"));
            lazy.catalog().add(ServiceDefinition.java("s", script).build());
            FakeHttp exchange = FakeHttp.post(
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/get\",\"params\":{\"name\":\"s-hello\"}}")
                    .to(lazy.rpc());

            assertThat(exchange.answer()).contains("\"messages\"");
            assertThat(script.lastName).isEqualTo("hello");
        }
    }

    @Test
    void aServersErrorArrivesAsItIs() {
        String session = open();
        script.error = "{\"code\":-32055,\"message\":\"its own\",\"data\":{\"k\":1.50}}";

        assertThat(call(session, "1", "s-tool").answer()).contains("\"error\":" + script.error);
    }

    @Test
    void anUnknownToolIsAProtocolErrorThatNamesIt() {
        FakeHttp call = call(open(), "1", "s-nothing");

        assertThat(call.status()).isEqualTo(200);
        assertThat(call.answer()).contains("-32602", "Unknown tool: s-nothing");
    }

    @Test
    void badMessagesAreRefusedPreciselyAndChangeNothing() {
        Map<String, String> expected = Map.of(
                "{",
                "GW-1001",
                "[]",
                "GW-1002",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
                "GW-1002",
                "[".repeat(5000) + "]".repeat(5000),
                "GW-1003");

        String session = open();
        expected.forEach((body, code) -> {
            FakeHttp exchange = FakeHttp.post(body).session(session).to(http);
            assertThat(exchange.status()).as(code).isEqualTo(400);
            assertThat(exchange.answer()).contains(code).contains("\"id\":null");
        });
        assertThat(call(session, "1", "s-tool").answer()).contains("\"result\"");
    }

    @Test
    void aRefusalCarriesTheIdThatCouldBeRead() {
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}";
        Map<FakeHttp, Integer> refused = Map.of(
                FakeHttp.post(ping), 400,
                FakeHttp.post(ping).session("0".repeat(32)), 404,
                FakeHttp.post(ping).session(open()).with("MCP-Protocol-Version", "1999-01-01"), 400,
                FakeHttp.post("{\"jsonrpc\":\"1.0\",\"id\":\"p\",\"method\":\"ping\"}")
                                .session(open()),
                        400,
                FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":\"p\"}").session(open()), 400);

        refused.forEach((request, status) -> {
            request.to(http);
            assertThat(request.status()).isEqualTo(status);
            assertThat(request.answer()).contains("\"id\":\"p\"");
        });
    }

    @Test
    void aRefusedAnswerIsNotAnsweredUnderItsId() {
        assertThat(FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}")
                        .session("0".repeat(32))
                        .to(http)
                        .answer())
                .contains("\"id\":null");
    }

    @Test
    void anUnknownMethodIsNamed() {
        FakeHttp exchange = FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/fly\"}")
                .session(open())
                .to(http);

        assertThat(exchange.answer()).contains("-32601", "tools/fly");
    }

    @Test
    void anUnsupportedProtocolVersionHeaderIsRefused() {
        FakeHttp exchange = FakeHttp.post(initialize("2025-06-18"))
                .with("MCP-Protocol-Version", "2031-01-01")
                .to(http);

        assertThat(exchange.status()).isEqualTo(400);
        assertThat(exchange.answer()).contains("GW-1103", "2031-01-01");
    }

    @Test
    void anEndedSessionIsGone() {
        String session = open();

        assertThat(FakeHttp.delete().session(session).to(http).status()).isEqualTo(204);
        assertThat(call(session, "1", "s-tool").status()).isEqualTo(404);
        assertThat(FakeHttp.delete().session(session).to(http).status()).isEqualTo(404);
    }

    @Test
    void aSessionIsNothingToAnotherCallerOrAtAnotherVirtualServer() {
        String session = open();
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

        assertThat(FakeHttp.post(ping).session(session).at("one").to(http).status())
                .isEqualTo(404);
        assertThat(FakeHttp.post(ping)
                        .session(session)
                        .by(new Caller("someone-else", Set.of()))
                        .to(http)
                        .status())
                .isEqualTo(404);
        assertThat(FakeHttp.post(ping).session(session).to(http).status()).isEqualTo(200);
    }

    @Test
    void anUnknownVirtualServerDoesNotExist() {
        FakeHttp exchange = FakeHttp.post(initialize("2025-06-18")).at("none").to(http);

        assertThat(exchange.status()).isEqualTo(404);
        assertThat(exchange.answer()).contains("GW-1304", "none");
    }

    @Test
    void aCancelledCallReachesTheServerAndEndsWithoutAnAnswer() {
        String session = open();
        script.silent = true;
        FakeHttp call = call(session, "\"c1\"", "s-tool");
        await().until(() -> script.lastName != null);

        FakeHttp.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"c1\"}}")
                .session(session)
                .to(http);

        call.awaitStreamEnd();
        assertThat(call.events()).isEmpty();
        await().until(() -> script.notifications.contains("notifications/cancelled"));
    }

    @Test
    void aClientThatTakesNoStreamHearsThatItHasCancelled() {
        String session = open();
        script.silent = true;
        FakeHttp call = FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":\"c1\",\"method\":\"tools/call\","
                        + "\"params\":{\"name\":\"s-tool\"}}")
                .session(session)
                .with("Accept", "application/json")
                .to(http);
        await().until(() -> script.lastName != null);

        FakeHttp.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"c1\"}}")
                .session(session)
                .to(http);

        assertThat(call.answer()).contains("\"id\":\"c1\"", "GW-1506");
        assertThat(call.status()).isEqualTo(200);
    }

    @Test
    void endingASessionCancelsWhatItHasUnderWay() {
        String session = open();
        script.silent = true;
        FakeHttp call = call(session, "1", "s-tool");
        await().until(() -> script.lastName != null);

        FakeHttp.delete().session(session).to(http);

        call.awaitStreamEnd();
        await().until(() -> gateway.services().statuses().get(0).inFlight() == 0);
    }

    @Test
    void everySessionHasAConversationOfItsOwnWithTheServer() {
        String first = open();
        String second = open();
        call(first, "1", "s-tool").answer();
        call(second, "1", "s-tool").answer();
        call(first, "2", "s-tool").answer();

        assertThat(script.callsByConversation.values()).contains(2, 1);
    }

    @Test
    void aChangedListIsAnnouncedOnTheOpenStream() {
        String session = open();
        FakeHttp stream = FakeHttp.get().session(session).to(http);

        script.tools = "{\"name\":\"tool\"},{\"name\":\"another\"}";
        script.say("notifications/tools/list_changed");

        await().until(() -> stream.events().size() == 1);
        assertThat(stream.events().get(0)).contains("notifications/tools/list_changed");
        assertThat(list(session)).contains("s-another");
    }

    @Test
    void aListThatDidNotReallyChangeIsNotAnnounced() {
        String session = open();
        FakeHttp stream = FakeHttp.get().session(session).to(http);
        int before = script.lists;

        script.say("notifications/tools/list_changed");

        await().until(() -> script.lists > before);
        script.tools = "{\"name\":\"other\"}";
        script.say("notifications/tools/list_changed");
        await().until(() -> !stream.events().isEmpty());
        assertThat(stream.events()).hasSize(1);
    }

    @Test
    void legacySseNamesThePostPathAndAnswersOnTheStream() {
        FakeHttp stream = FakeHttp.get().at("one").to(gateway.legacySse());
        String endpoint = stream.events().get(0);
        assertThat(endpoint).startsWith("endpoint:/servers/one/message?sessionId=");
        String id = endpoint.substring(endpoint.indexOf('=') + 1);

        FakeHttp post = FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/list\"}")
                .at("one")
                .asking("sessionId", id)
                .to(gateway.legacySse());

        assertThat(post.status()).isEqualTo(202);
        await().until(() -> stream.events().size() == 2);
        assertThat(stream.events().get(1)).contains("\"id\":5", "s-tool");
        stream.disconnect();
        assertThat(FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"ping\"}")
                        .at("one")
                        .asking("sessionId", id)
                        .to(gateway.legacySse())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void bareJsonRpcNeedsNoSession() {
        FakeHttp exchange = FakeHttp.post(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"s-tool\"}}")
                .to(gateway.rpc());

        assertThat(exchange.answer()).contains("\"id\":1", "\"result\"");
    }

    @Test
    void aServerThatNeverAnswersFailsTheCallInTime() {
        try (Gateway impatient = Gateway.builder()
                .service(ServiceDefinition.java("s", script).build())
                .settings(GatewaySettings.DEFAULT.withCallTimeout(Duration.ofMillis(300)))
                .build()
                .start()) {
            script.silent = true;
            FakeHttp exchange = FakeHttp.post(
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"s-tool\"}}")
                    .to(impatient.rpc());

            assertThat(exchange.answer()).contains("GW-1504").contains("\"id\":1");
        }
    }

    private String open() {
        return FakeHttp.post(initialize("2025-11-25")).to(http).header("Mcp-Session-Id", true);
    }

    private FakeHttp call(String session, String id, String tool) {
        return FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"tools/call\",\"params\":{\"name\":\""
                        + tool + "\",\"arguments\":{}}}")
                .session(session)
                .to(http);
    }

    private String list(String session) {
        return FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")
                .session(session)
                .to(http)
                .answer();
    }

    private static String initialize(String version) {
        return "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"initialize\",\"params\":{\"protocolVersion\":\""
                + version + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";
    }

    /** A server that does as it is told. */
    private static final class Script implements InProcessServer {
        private volatile String tools = "{\"name\":\"tool\"}";
        private volatile String answer = "{\"content\":[]}";
        private volatile String error;
        private volatile int progress;
        private volatile boolean silent;
        private volatile int lists;
        private volatile String lastName;
        private final List<String> notifications = new CopyOnWriteArrayList<>();
        private final List<Consumer<Message>> clients = new CopyOnWriteArrayList<>();
        private final Map<Object, Integer> callsByConversation = new ConcurrentHashMap<>();

        void say(String method) {
            clients.get(0).accept(Messages.notification(method, null));
        }

        @Override
        public Conversation open(Consumer<Message> toClient) {
            clients.add(toClient);
            return new Conversation() {
                @Override
                public void receive(Message message) {
                    hear(this, message, toClient);
                }

                @Override
                public void close() {
                    clients.remove(toClient);
                }
            };
        }

        private void hear(Object conversation, Message message, Consumer<Message> toClient) {
            if (!message.isRequest()) {
                notifications.add(message.method());
                return;
            }
            RequestId id = message.requireId();
            switch (message.method()) {
                case "initialize" ->
                    reply(
                            toClient,
                            id,
                            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"prompts\":{},\"tools\":{\"listChanged\":true}},"
                                    + "\"serverInfo\":{\"name\":\"script\",\"version\":\"1\"}}");
                case "tools/list" -> {
                    lists++;
                    reply(toClient, id, "{\"tools\":[" + tools + "]}");
                }
                case "prompts/list" -> reply(toClient, id, "{\"prompts\":[{\"name\":\"hello\"}]}");
                case "prompts/get" -> {
                    lastName = message.text(Message.Field.NAME);
                    reply(toClient, id, "{\"messages\":[]}");
                }
                case "tools/call" -> call(conversation, message, toClient);
                default -> throw new AssertionError(message.method());
            }
        }

        private void call(Object conversation, Message message, Consumer<Message> toClient) {
            callsByConversation.merge(conversation, 1, Integer::sum);
            lastName = message.text(Message.Field.NAME);
            for (int i = 1; i <= progress; i++) {
                JsonSlice token = message.get(Message.Field.PROGRESS_TOKEN);
                toClient.accept(Messages.notification(
                        "notifications/progress",
                        ("{\"progressToken\":" + token + ",\"progress\":" + i + "}").getBytes(StandardCharsets.UTF_8)));
            }
            if (silent) {
                return;
            }
            String failure = error;
            if (failure != null) {
                toClient.accept(Message.parse(
                        ("{\"jsonrpc\":\"2.0\",\"id\":" + message.requireId() + ",\"error\":" + failure + "}")
                                .getBytes(StandardCharsets.UTF_8)));
            } else {
                reply(toClient, message.requireId(), answer);
            }
        }

        private static void reply(Consumer<Message> toClient, RequestId id, String result) {
            toClient.accept(Message.parse(Messages.result(id, result.getBytes(StandardCharsets.UTF_8))));
        }
    }
}

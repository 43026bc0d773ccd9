package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * 200 clients at once over a server that keeps state, all with the same ids and progress tokens: no answer, notification,
 * log line or question reaches another client. {@code FORGE_ISOLATION_CALLS=500} makes 100,000 calls of it.
 */
class ClientIsolationTest {
    private static final int CLIENTS = 200;
    private static final int CALLS = Integer.parseInt(System.getenv().getOrDefault("FORGE_ISOLATION_CALLS", "25"));

    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger logs = new AtomicInteger();

    /** Counts the calls of one conversation, and says on every way there is whose it is. */
    private final class Counting implements InProcessServer {
        private final ExecutorService workers;

        private Counting(ExecutorService workers) {
            this.workers = workers;
        }

        @Override
        public Conversation open(Consumer<Message> toClient) {
            return new Conversation() {
                private final Map<String, CompletableFuture<String>> asked = new ConcurrentHashMap<>();
                private final AtomicInteger count = new AtomicInteger();
                private volatile String owner;

                @Override
                public void receive(Message message) {
                    if (message.isAnswer()) {
                        asked.remove(message.requireId().json())
                                .complete(message.get(Field.RESULT).textMember("from"));
                    } else if (message.isRequest()) {
                        workers.execute(() -> handle(message));
                    }
                }

                private void handle(Message message) {
                    switch (message.method()) {
                        case "initialize" ->
                            answer(
                                    message,
                                    "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{},\"logging\":{}}}");
                        case "tools/list" -> answer(message, "{\"tools\":[{\"name\":\"t\"}]}");
                        default -> call(message);
                    }
                }

                private void call(Message message) {
                    String client =
                            message.get(Field.PARAMS).member("arguments").textMember("client");
                    if (owner == null) {
                        owner = client;
                    }
                    expect(client, owner, "the call of a conversation");
                    int number = count.incrementAndGet();
                    say(
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\""
                                    + client + "\"}}");
                    say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                            + message.requireId() + ",\"progress\":1,\"message\":\"" + client + "\"}}");
                    if (number % 10 != 0) {
                        answer(message, "{\"client\":\"" + client + "\",\"count\":" + number + "}");
                        return;
                    }
                    // Every server numbers its questions alike.
                    String id = Integer.toString(number);
                    CompletableFuture<String> reply = new CompletableFuture<>();
                    asked.put(id, reply);
                    reply.thenAccept(from -> {
                        expect(from, client, "the answer to a question");
                        answer(message, "{\"client\":\"" + client + "\",\"count\":" + number + "}");
                    });
                    say("{\"jsonrpc\":\"2.0\",\"id\":" + id
                            + ",\"method\":\"elicitation/create\",\"params\":{\"message\":\"" + client + "\"}}");
                }

                private void answer(Message request, String result) {
                    say("{\"jsonrpc\":\"2.0\",\"id\":" + request.requireId() + ",\"result\":" + result + "}");
                }

                private void say(String json) {
                    toClient.accept(Message.parse(json.getBytes(StandardCharsets.UTF_8)));
                }

                @Override
                public void close() {}
            };
        }
    }

    private void expect(String actual, String expected, String what) {
        if (!Objects.equals(actual, expected)) {
            wrong.add(what + " of " + expected + " was of " + actual);
        }
    }

    /** One POST of a client that answers what it is asked. */
    private final class Post implements McpRequest, McpResponder, EventStream {
        private final McpEndpoint endpoint;
        private final String client;
        private final String session;
        private final byte[] body;
        private final CompletableFuture<JsonSlice> answer = new CompletableFuture<>();
        private volatile String opened;

        private Post(McpEndpoint endpoint, String client, String session, String body) {
            this.endpoint = endpoint;
            this.client = client;
            this.session = session;
            this.body = body.getBytes(StandardCharsets.UTF_8);
        }

        private JsonSlice send() throws Exception {
            endpoint.handle(this, this);
            return answer.get(60, TimeUnit.SECONDS);
        }

        @Override
        public void event(String event, byte[] data) {
            JsonSlice said = JsonSlice.parse(data);
            String method = said.textMember("method");
            JsonSlice params = said.member("params");
            if (method == null) {
                answer.complete(said);
            } else if (method.equals("elicitation/create")) {
                questions.incrementAndGet();
                expect(params.textMember("message"), client, "a question");
                Post reply = new Post(
                        endpoint,
                        client,
                        session,
                        "{\"jsonrpc\":\"2.0\",\"id\":" + said.member("id") + ",\"result\":{\"from\":\"" + client
                                + "\"}}");
                endpoint.handle(reply, reply);
            } else if (method.equals("notifications/message")) {
                logs.incrementAndGet();
                expect(params.textMember("data"), client, "a log line");
            } else {
                expect(params.textMember("message"), client, "progress");
                expect(params.textMember("progressToken"), "same", "a progress token");
            }
        }

        @Override
        public void answer(int status, byte[] json, String... headers) {
            opened = headers.length > 1 ? headers[1] : null;
            answer.complete(JsonSlice.parse(json == null ? "{}".getBytes(StandardCharsets.UTF_8) : json));
        }

        @Override
        public EventStream stream(String... headers) {
            return this;
        }

        @Override
        public void onDisconnect(Runnable action) {}

        @Override
        public void comment(String text) {}

        @Override
        public void close() {}

        @Override
        public Verb verb() {
            return Verb.POST;
        }

        @Override
        public String virtualServer() {
            return null;
        }

        @Override
        public String header(String name) {
            return switch (name) {
                case "Accept" -> "application/json, text/event-stream";
                case "Mcp-Session-Id" -> session;
                default -> null;
            };
        }

        @Override
        public String repeatedHeader() {
            return null;
        }

        @Override
        public String query(String name) {
            return null;
        }

        @Override
        public String path() {
            return "/mcp";
        }

        @Override
        public byte[] body() {
            return body;
        }

        @Override
        public Caller caller() {
            return Caller.LOCAL;
        }
    }

    @Test
    void nothingReachesAnotherClient() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(4);
        ExecutorService drivers = Executors.newFixedThreadPool(8);
        try (Gateway gateway = Gateway.builder()
                .service(ServiceDefinition.java("s", new Counting(workers)).build())
                .build()
                .start()) {
            CompletableFuture<?>[] clients = new CompletableFuture<?>[CLIENTS];
            for (int c = 0; c < CLIENTS; c++) {
                String client = "c" + c;
                clients[c] = CompletableFuture.runAsync(() -> drive(gateway.streamableHttp(), client), drivers);
            }
            CompletableFuture.allOf(clients).get(10, TimeUnit.MINUTES);
        } finally {
            workers.shutdownNow();
            drivers.shutdownNow();
        }

        assertThat(wrong).isEmpty();
        assertThat(questions).hasValue(CLIENTS * (CALLS / 10));
        assertThat(logs).hasValueGreaterThanOrEqualTo(CLIENTS * CALLS * 9 / 10);
    }

    private void drive(McpEndpoint endpoint, String client) {
        try {
            Post opening = new Post(
                    endpoint,
                    client,
                    null,
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                            + "\"capabilities\":{\"elicitation\":{}}}}");
            opening.send();
            for (int i = 1; i <= CALLS; i++) {
                JsonSlice answer = new Post(
                                endpoint,
                                client,
                                opening.opened,
                                "{\"jsonrpc\":\"2.0\",\"id\":" + i
                                        + ",\"method\":\"tools/call\",\"params\":{\"name\":\"s-t\","
                                        + "\"arguments\":{\"client\":\"" + client
                                        + "\"},\"_meta\":{\"progressToken\":\"same\"}}}")
                        .send();
                JsonSlice result = answer.member("result");
                expect(result == null ? answer.toString() : result.textMember("client"), client, "an answer");
                expect(result == null ? "" : result.member("count").toString(), Integer.toString(i), "the count");
                expect(answer.member("id").toString(), Integer.toString(i), "the id");
            }
        } catch (Exception failed) {
            wrong.add(client + ": " + failed);
        }
    }
}

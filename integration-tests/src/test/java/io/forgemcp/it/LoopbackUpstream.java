package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A quick MCP server in this process, of one generation or the other. Whatever it is asked it gives back byte for byte,
 * with a number that counts the requests of the session. The tool {@code ask} first reports progress, logs a line and asks
 * the client, with the same ids in every session.
 */
final class LoopbackUpstream implements AutoCloseable {
    private static final Map<String, String> LISTS = Map.of(
            "tools/list",
            "\"tools\":[{\"name\":\"echo\",\"inputSchema\":{\"type\":\"object\"}},{\"name\":\"ask\",\"inputSchema\":{\"type\":\"object\"}}]",
            "prompts/list",
            "\"prompts\":[{\"name\":\"echo\"}]",
            "resources/list",
            "\"resources\":[{\"uri\":\"echo://it\",\"name\":\"echo\"}]",
            "resources/templates/list",
            "\"resourceTemplates\":[]");
    private static final String ABOUT =
            "\"capabilities\":{\"tools\":{},\"prompts\":{},\"resources\":{},\"completions\":{},\"logging\":{}},\"serverInfo\":{\"name\":\"loopback\",\"version\":\"1\"}";
    private static final String CACHED = "\"ttlMs\":0,\"cacheScope\":\"private\",\"resultType\":\"complete\",";

    static {
        // Read once by the JDK's server. Without it each answer waits 40 ms for the other side's acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // It closes what exceeds 200 idle connections without a word, also when the next request is on its way.
        System.setProperty("sun.net.httpserver.maxIdleConnections", "10000");
    }

    private final boolean modern;
    private final HttpServer http;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<String>> questions = new ConcurrentHashMap<>();

    private LoopbackUpstream(boolean modern, HttpServer http) {
        this.modern = modern;
        this.http = http;
    }

    static LoopbackUpstream start(boolean modern) {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
            LoopbackUpstream upstream = new LoopbackUpstream(modern, http);
            http.setExecutor(upstream.threads);
            http.createContext("/mcp", upstream::serve);
            http.start();
            return upstream;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/mcp");
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (!exchange.getRequestMethod().equals("POST")) {
                exchange.sendResponseHeaders(exchange.getRequestMethod().equals("DELETE") ? 200 : 405, -1);
                return;
            }
            Message message = Message.parse(body);
            String session = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
            if (message.isAnswer()) {
                CompletableFuture<String> question = questions.remove(session);
                if (question != null) {
                    question.complete(message.get(Field.RESULT).toString());
                }
            }
            if (!message.isRequest()) {
                exchange.sendResponseHeaders(202, -1);
                return;
            }
            answer(exchange, message, session);
        }
    }

    private void answer(HttpExchange exchange, Message request, String session) throws IOException {
        String method = request.method();
        if (method.equals("initialize") && !modern) {
            String id = UUID.randomUUID().toString();
            counts.put(id, new AtomicInteger());
            exchange.getResponseHeaders().set("Mcp-Session-Id", id);
            send(exchange, 200, result(request, "\"protocolVersion\":\"2025-11-25\"," + ABOUT));
        } else if (method.equals("server/discover") && modern) {
            send(exchange, 200, result(request, "\"supportedVersions\":[\"2026-07-28\"]," + ABOUT));
        } else if (LISTS.containsKey(method)) {
            send(exchange, 200, result(request, LISTS.get(method)));
        } else if (method.equals("ping") || method.equals("logging/setLevel")) {
            send(exchange, 200, result(request, "\"ok\":true"));
        } else if (method.equals("initialize") || method.equals("server/discover") || session == null && !modern) {
            send(
                    exchange,
                    400,
                    "{\"jsonrpc\":\"2.0\",\"id\":" + request.get(Field.ID)
                            + ",\"error\":{\"code\":-32601,\"message\":\"No such method\"}}");
        } else if ("ask".equals(request.text(Field.NAME))) {
            if (modern) {
                askInRounds(exchange, request);
            } else {
                ask(exchange, request, session);
            }
        } else {
            send(exchange, 200, result(request, echo(request, session)));
        }
    }

    private String echo(Message request, String session) {
        int count = modern ? 0 : counts.get(session).incrementAndGet();
        String echo = "\"count\":" + count + ",\"echo\":" + request.get(Field.PARAMS);
        return switch (request.method()) {
            case "tools/call" -> "\"content\":[]," + echo;
            case "prompts/get" -> "\"messages\":[]," + echo;
            case "resources/read" -> "\"contents\":[]," + echo;
            default -> "\"completion\":{\"values\":[]}," + echo;
        };
    }

    /** Progress, a log line and a question, made of the arguments with these names; then what the client answered. */
    private void ask(HttpExchange exchange, Message request, String session) throws IOException {
        JsonSlice arguments = request.get(Field.PARAMS).member("arguments");
        CompletableFuture<String> question = new CompletableFuture<>();
        questions.put(session, question);
        OutputStream out = report(exchange, request, arguments);
        event(
                out,
                "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"elicitation/create\",\"params\":"
                        + arguments.member("question") + "}");
        String answer = question.orTimeout(20, TimeUnit.SECONDS).join();
        event(out, result(request, "\"content\":[],\"answer\":" + answer));
    }

    /** The same in the newer generation: the question is the answer, and the answer comes with the same request. */
    private void askInRounds(HttpExchange exchange, Message request) throws IOException {
        JsonSlice params = request.get(Field.PARAMS);
        JsonSlice arguments = params.member("arguments");
        JsonSlice responses = params.member("inputResponses");
        OutputStream out = report(exchange, request, arguments);
        event(
                out,
                "{\"jsonrpc\":\"2.0\",\"id\":" + request.get(Field.ID) + ",\"result\":{"
                        + (responses == null
                                ? "\"resultType\":\"input_required\",\"inputRequests\":{\"q\":{\"method\":\"elicitation/create\",\"params\":"
                                        + arguments.member("question") + "}},\"requestState\":"
                                        + arguments.member("state")
                                : "\"resultType\":\"complete\",\"content\":[],\"answer\":" + responses.member("q")
                                        + ",\"state\":" + params.member("requestState"))
                        + "}}");
    }

    /** Begins the stream with progress and a log line. */
    private static OutputStream report(HttpExchange exchange, Message request, JsonSlice arguments) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        event(
                out,
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                        + request.get(Field.PROGRESS_TOKEN) + ",\"progress\":1.0,\"more\":"
                        + arguments.member("progress")
                        + "}}");
        event(
                out,
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":"
                        + arguments.member("line") + "}}");
        return out;
    }

    private static void event(OutputStream out, String message) throws IOException {
        out.write(("data: " + message + "\n\n").getBytes(UTF_8));
        out.flush();
    }

    private String result(Message request, String members) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + request.get(Field.ID) + ",\"result\":{" + (modern ? CACHED : "")
                + members + "}}";
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}

package io.forgemcp.gateway.upstream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** {@link EchoServer} behind streamable HTTP with sessions: JSON answers, or an event stream if there is progress. */
final class EchoHttpServer implements AutoCloseable {
    static {
        // Otherwise the JDK's server answers 40 ms late, when the client's delayed acknowledgement meets its own delay.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger sessionNumbers = new AtomicInteger();
    private final boolean recording;
    final Set<String> sessions = ConcurrentHashMap.newKeySet();
    final List<String> requests = new CopyOnWriteArrayList<>();

    EchoHttpServer() throws IOException {
        this(true);
    }

    /** @param recording whether every request is kept to be looked at */
    EchoHttpServer(boolean recording) throws IOException {
        this.recording = recording;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/mcp", this::handle);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String session = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
            String method = exchange.getRequestMethod();
            if (recording) {
                requests.add(method + " " + session + " " + new String(body, StandardCharsets.UTF_8));
            }
            if (method.equals("DELETE")) {
                exchange.sendResponseHeaders(session != null && sessions.remove(session) ? 200 : 404, -1);
                return;
            }
            if (!method.equals("POST")) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            Message message = Message.parse(body);
            boolean initialize = message.has(Field.METHOD) && message.method().equals("initialize");
            if (initialize) {
                session = "session-" + sessionNumbers.incrementAndGet();
                sessions.add(session);
                exchange.getResponseHeaders().set("Mcp-Session-Id", session);
            } else if (session == null || !sessions.contains(session)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            answer(exchange, EchoServer.answer(message));
        }
    }

    private static void answer(HttpExchange exchange, List<byte[]> answers) throws IOException {
        if (answers.isEmpty()) {
            exchange.sendResponseHeaders(202, -1);
        } else if (answers.size() == 1) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answers.get(0).length);
            exchange.getResponseBody().write(answers.get(0));
        } else {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            for (byte[] one : answers) {
                out.write("event: message\ndata: ".getBytes(StandardCharsets.US_ASCII));
                out.write(one);
                out.write("\n\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

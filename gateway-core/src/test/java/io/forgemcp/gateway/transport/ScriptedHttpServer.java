package io.forgemcp.gateway.transport;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server that says exactly what a test tells it to, byte for byte, so that it can also misbehave. */
public final class ScriptedHttpServer implements AutoCloseable {
    /** What came in. */
    public record Request(String method, String path, Map<String, String> headers, String body) {}

    /** Writes the whole response, headers included; closes the socket if it wants to break off. */
    @FunctionalInterface
    public interface Script {
        void respond(Request request, OutputStream out, Socket socket) throws IOException;
    }

    private final ServerSocket server;
    private final Script script;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    public final List<Request> requests = new CopyOnWriteArrayList<>();

    public ScriptedHttpServer(Script script) throws IOException {
        this.script = script;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + path);
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "scripted-http");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            for (; ; ) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                daemon(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (Request request = read(in); request != null && !socket.isClosed(); request = read(in)) {
                requests.add(request);
                script.respond(request, socket.getOutputStream(), socket);
            }
        } catch (IOException broken) {
            // either side gave up
        }
    }

    private static Request read(InputStream in) throws IOException {
        String start = line(in);
        if (start.isEmpty()) {
            return null;
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
        String[] words = start.split(" ");
        return new Request(
                words[0].toUpperCase(Locale.ROOT),
                words[1],
                headers,
                new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /**
     * Begins the session {@code s-1} with whoever initializes.
     *
     * @param result the answer to initialize
     * @param rest what is done with everything else
     */
    static Script inSession(String result, Script rest) {
        return (request, out, socket) -> {
            if (request.body().contains("initialize")) {
                reply(out, 200, "Content-Type: application/json\r\nMcp-Session-Id: s-1\r\n", result);
            } else {
                rest.respond(request, out, socket);
            }
        };
    }

    /** A whole response with a body. */
    public static void reply(OutputStream out, int status, String headers, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        write(out, "HTTP/1.1 " + status + " X\r\n" + headers + "Content-Length: " + bytes.length + "\r\n\r\n" + body);
    }

    public static void json(OutputStream out, String body) throws IOException {
        reply(out, 200, "Content-Type: application/json\r\n", body);
    }

    /** The head of an event stream that goes on until the socket is closed. */
    public static void stream(OutputStream out) throws IOException {
        write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
    }

    public static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}

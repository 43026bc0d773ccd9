package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A stdio server that misbehaves on request; run as a child process. The first argument says how it behaves from the
 * beginning, tools say how it behaves in a call.
 */
final class FakeUpstream {
    /** How it behaves from the beginning. */
    enum Mood {
        /** As it should. */
        GOOD,
        /** Writes things that are no messages before and between the messages. */
        CHATTY,
        /** Writes only things that are no messages. */
        BABBLING,
        /** Reads and never answers. */
        SILENT,
        /** Ends at once. */
        SHORT_LIVED
    }

    /** Tools with everything in them that a gateway might lose or change. */
    static final List<String> ODD_TOOLS = List.of(
            "{ \"name\":\"odd\", \"title\":\"An \\u006fdd tool 😀\",\"description\":\"line\\nbreak \\/ slash\",\"inputSchema\":{\"type\":\"object\","
                    + "\"properties\":{\"n\":{\"type\":\"number\",\"maximum\":1.0,\"minimum\":-123456789012345678901234567890,\"default\":1e-7}},"
                    + "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"x-vendor\":[null,true,{}]},"
                    + "\"outputSchema\":{\"type\":\"object\"},\"annotations\":{\"readOnlyHint\":true,\"x-unknown\":1.50},"
                    + "\"icons\":[{\"src\":\"data:image/png;base64,AAAA\",\"mimeType\":\"image/png\",\"sizes\":[\"48x48\"],\"theme\":\"dark\"}],"
                    + "\"execution\":{\"taskSupport\":\"optional\"},\"_meta\":{\"example.org/id\":9007199254740993},\"unknown\" : [ 1 , 2.0 ] }",
            "{\"name\":\"plain\",\"inputSchema\":{\"type\":\"object\"}}");

    private final Mood mood;
    private final PrintStream out;
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "later");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger cancellations = new AtomicInteger();

    private FakeUpstream(Mood mood, PrintStream out) {
        this.mood = mood;
        this.out = out;
    }

    /** The command that runs it. */
    static String[] command(Mood mood) {
        String classes = Path.of(location(FakeUpstream.class)) + ":" + Path.of(location(Message.class));
        return new String[] {
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-Xmx64m",
            "-cp",
            classes,
            FakeUpstream.class.getName(),
            mood.name()
        };
    }

    private static java.net.URI location(Class<?> type) {
        try {
            return type.getProtectionDomain().getCodeSource().getLocation().toURI();
        } catch (java.net.URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    public static void main(String[] arguments) throws IOException {
        new FakeUpstream(Mood.valueOf(arguments[0]), new PrintStream(System.out, false, UTF_8)).run();
    }

    private void run() throws IOException {
        if (mood == Mood.SHORT_LIVED) {
            System.err.println("no licence found");
            Runtime.getRuntime().halt(3);
        }
        if (mood == Mood.CHATTY || mood == Mood.BABBLING) {
            babble();
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            switch (mood) {
                case SILENT -> {}
                case BABBLING -> babble();
                case CHATTY -> {
                    babble();
                    receive(Message.parse(line.getBytes(UTF_8)));
                }
                default -> receive(Message.parse(line.getBytes(UTF_8)));
            }
        }
    }

    private void receive(Message message) {
        if (message.isNotification() && message.method().equals("notifications/cancelled")) {
            cancellations.incrementAndGet();
        }
        if (!message.isRequest()) {
            return;
        }
        switch (message.method()) {
            case "initialize" ->
                result(
                        message,
                        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"fake\",\"version\":\"1\"}}");
            case "tools/list" -> result(message, "{\"tools\":[" + String.join(",", tools()) + "]}");
            case "tools/call" -> call(message);
            case "ping" -> result(message, "{}");
            default -> error(message, -32601, "Method not found");
        }
    }

    private static List<String> tools() {
        List<String> tools = new java.util.ArrayList<>(ODD_TOOLS);
        for (String name :
                List.of("echo", "die", "hang", "slow", "progress", "cancellations", "fail", "refuse", "flood", "pid")) {
            tools.add("{\"name\":\"" + name + "\",\"inputSchema\":{\"type\":\"object\"}}");
        }
        return tools;
    }

    private void call(Message request) {
        JsonSlice params = request.get(Field.PARAMS);
        JsonSlice arguments = params.member("arguments");
        String given = arguments == null ? "{}" : arguments.toString();
        switch (request.text(Field.NAME)) {
            case "echo" -> result(request, "{\"content\":[],\"structuredContent\":" + given + "}");
            case "die" -> {
                System.err.println("dying as asked");
                Runtime.getRuntime().halt(4);
            }
            case "hang" -> {}
            case "slow" -> {
                int millis = Integer.parseInt(arguments.member("millis").text());
                later.schedule(
                        () -> result(request, "{\"content\":[],\"structuredContent\":" + given + "}"),
                        millis,
                        TimeUnit.MILLISECONDS);
            }
            case "progress" -> {
                for (int i = 1; i <= 3; i++) {
                    send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                            + request.get(Field.PROGRESS_TOKEN) + ",\"progress\":" + i + ".0,\"total\":3}}");
                }
                result(request, "{\"content\":[]}");
            }
            case "cancellations" ->
                result(request, "{\"content\":[],\"structuredContent\":{\"count\":" + cancellations + "}}");
            case "fail" ->
                result(request, "{\"content\":[{\"type\":\"text\",\"text\":\"it failed\"}],\"isError\":true}");
            case "refuse" ->
                send("{\"jsonrpc\":\"2.0\",\"id\":" + request.requireId()
                        + ",\"error\":{\"code\":-32050,\"message\":\"refused\",\"data\":{\"odd\":1.0}}}");
            case "flood" ->
                result(request, "{\"content\":[{\"type\":\"text\",\"text\":\"" + "x".repeat(3_000_000) + "\"}]}");
            case "pid" ->
                result(
                        request,
                        "{\"content\":[],\"structuredContent\":{\"pid\":"
                                + ProcessHandle.current().pid() + "}}");
            default -> error(request, -32602, "Unknown tool");
        }
    }

    private void result(Message request, String result) {
        send("{\"jsonrpc\":\"2.0\",\"id\":" + request.requireId() + ",\"result\":" + result + "}");
    }

    private void error(Message request, int code, String text) {
        send("{\"jsonrpc\":\"2.0\",\"id\":" + request.requireId() + ",\"error\":{\"code\":" + code + ",\"message\":\""
                + text + "\"}}");
    }

    private synchronized void send(String line) {
        out.print(line);
        out.print('\n');
        out.flush();
    }

    /** Banner text, half a message, bytes that are no text, an empty line and a line without a reader. */
    private synchronized void babble() throws IOException {
        OutputStream raw = out;
        raw.write("Server listening! {\n{\"jsonrpc\":\n\n[]\n42\n".getBytes(UTF_8));
        raw.write(new byte[] {(byte) 0xff, (byte) 0xfe, 0, (byte) 0xc0, '\n'});
        raw.write("{\"jsonrpc\":\"2.0\",\"id\":999999999,\"result\":{}}\n".getBytes(UTF_8));
        raw.write(("y".repeat(100_000) + "\n").getBytes(UTF_8));
        raw.flush();
    }
}

package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The packaged gateway as a process of its own, and what the system and the engine say it holds. Thread-safe. */
final class SoakGateway implements AutoCloseable {
    private static final Pattern LISTENER = Pattern.compile("^\\s*(.*?)\\s+(http://[^\\s/]+)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A container of the gateway. {@code state} is the engine's word: running, paused, exited and so on. */
    record Container(String id, String service, String state) {}

    /** Threads by name without their numbers, and open files by kind. */
    record Held(Map<String, Long> threads, Map<String, Long> files) {
        long threadCount() {
            return threads.values().stream().mapToLong(Long::longValue).sum();
        }

        long fileCount() {
            return files.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private final Process process;
    private final URI mcp;
    private final URI manager;
    private final String owner;

    private SoakGateway(Process process, URI mcp, URI manager, String owner) {
        this.process = process;
        this.mcp = mcp;
        this.manager = manager;
        this.owner = owner;
    }

    /** @param directory with the configuration in {@code config}; gets the data, and the log as gateway.log */
    static SoakGateway start(Path directory) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Checkout.gatewayJar().toString(),
                "serve",
                "--port",
                "0",
                "--manager-port",
                "0",
                "--config",
                directory.resolve("config").toString(),
                "--data",
                directory.resolve("data").toString());
        Process process =
                builder.redirectErrorStream(true).directory(directory.toFile()).start();
        PrintWriter log = new PrintWriter(Files.newBufferedWriter(directory.resolve("gateway.log")), true);
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        URI mcp = null;
        URI manager = null;
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            log.println(line);
            Matcher listener = LISTENER.matcher(line);
            if (listener.find()) {
                if (listener.group(1).contains("manager")) {
                    manager = URI.create(listener.group(2));
                } else if (mcp == null) {
                    mcp = URI.create(listener.group(2));
                }
            }
            if (mcp != null && manager != null) {
                Thread drain = new Thread(() -> copy(out, log), "soak-log");
                drain.setDaemon(true);
                drain.start();
                String owner =
                        Files.readString(directory.resolve("data/identity")).strip();
                return new SoakGateway(process, mcp, manager, owner);
            }
        }
        throw new AssertionError("The gateway ended before it listened; see " + directory.resolve("gateway.log"));
    }

    private static void copy(BufferedReader out, PrintWriter log) {
        try (log) {
            out.lines().forEach(log::println);
        } catch (UncheckedIOException ended) {
            // the gateway is gone, and with it the other end of the pipe
        }
    }

    GatewayClient client() {
        GatewayClient client = new GatewayClient(mcp.resolve("/mcp"));
        client.initialize();
        return client;
    }

    /** Posts to the service manager. */
    HttpResponse<String> command(String path) throws IOException, InterruptedException {
        return GatewayClient.HTTP.send(
                HttpRequest.newBuilder(manager.resolve(path))
                        .timeout(PATIENCE)
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    JsonNode services() throws IOException, InterruptedException {
        return Json.tree(GatewayClient.HTTP
                .send(HttpRequest.newBuilder(manager.resolve("/services")).build(), BodyHandlers.ofString())
                .body());
    }

    List<Container> containers() throws IOException, InterruptedException {
        return docker(
                        "ps",
                        "-a",
                        "--filter",
                        "label=io.forgemcp.gateway=" + owner,
                        "--format",
                        "{{.ID}} {{.Label \"io.forgemcp.service\"}} {{.State}}")
                .out()
                .lines()
                .map(line -> line.split(" "))
                .map(words -> new Container(words[0], words[1], words[2]))
                .toList();
    }

    long networks() throws IOException, InterruptedException {
        return docker("network", "ls", "-q", "--filter", "label=io.forgemcp.gateway=" + owner)
                .out()
                .lines()
                .count();
    }

    /** What a command of Docker's said; a container may be gone by the time that it is named. */
    record Said(int status, String out) {}

    static Said docker(String... words) throws IOException, InterruptedException {
        List<String> command =
                Stream.concat(Stream.of("docker"), Stream.of(words)).toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Said(process.waitFor(), out);
    }

    Held held() throws IOException {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        return new Held(
                count(
                        proc.resolve("task"),
                        task -> Files.readString(task.resolve("comm")).strip().replaceAll("\\d+", "#")),
                count(proc.resolve("fd"), file -> {
                    String target = Files.readSymbolicLink(file).toString();
                    return target.startsWith("/") ? target : target.replaceAll("\\[\\d+]", "");
                }));
    }

    private interface Named {
        String of(Path entry) throws IOException;
    }

    private static Map<String, Long> count(Path directory, Named named) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> {
                        try {
                            return named.of(entry);
                        } catch (IOException gone) {
                            // ended or closed while it was being counted
                            return "";
                        }
                    })
                    .filter(name -> !name.isEmpty())
                    .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
        }
    }

    /** Ends it as a service manager of the system would. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("The gateway has not ended within " + PATIENCE);
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

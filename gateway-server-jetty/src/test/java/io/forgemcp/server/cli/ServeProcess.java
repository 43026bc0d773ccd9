package io.forgemcp.server.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** {@code serve} as a process of its own, with the classes of this build. */
final class ServeProcess implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("MCP endpoint +(http://\\S+)/mcp");

    private final Process process;
    private final StringBuffer out = new StringBuffer();
    private final StringBuffer err = new StringBuffer();
    private final CompletableFuture<String> url = new CompletableFuture<>();

    ServeProcess(Path directory, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("GATEWAY_") || name.startsWith("FORGE_"));
        process = builder.start();
        read(process.inputReader(StandardCharsets.UTF_8), out);
        read(process.errorReader(StandardCharsets.UTF_8), err);
    }

    private void read(BufferedReader reader, StringBuffer into) {
        Thread thread = new Thread(() -> reader.lines().forEach(line -> {
            into.append(line).append('\n');
            Matcher matcher = URL.matcher(line);
            if (matcher.find()) {
                url.complete(matcher.group(1));
            }
        }));
        thread.setDaemon(true);
        thread.start();
    }

    /** Its base URL, once it serves. */
    String url() throws Exception {
        try {
            return url.get(60, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("It does not serve. It printed:\n" + out + err, e);
        }
    }

    /** The first group of the pattern, once a line of its output has it. */
    String line(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        return Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            Matcher matcher = wanted.matcher(out);
                            return matcher.find() ? Optional.of(matcher.group(1)) : Optional.<String>empty();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("It does not end. It printed:\n" + out + err);
        }
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    @Override
    public void close() {
        // What it held, its data directory say, is free once it has ended.
        process.destroyForcibly().onExit().join();
    }
}

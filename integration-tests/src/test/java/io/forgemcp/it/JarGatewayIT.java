package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.it.FakeUpstream.Mood;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged gateway as people start it: a child process with a configuration directory. */
@Timeout(90)
class JarGatewayIT {
    private static final Pattern URL = Pattern.compile("http://(?:127\\.0\\.0\\.1|localhost):(\\d+)");

    @TempDir
    private Path directory;

    private Process gateway;
    private URI uri;

    @BeforeEach
    void start() throws IOException {
        Path config = Files.createDirectory(directory.resolve("config"));
        Files.writeString(config.resolve("services.yml"), services());
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Checkout.gatewayJar().toString(),
                "serve",
                "--config",
                config.toString(),
                "--data",
                directory.resolve("data").toString());
        builder.environment().put("GATEWAY_PORT", "0");
        builder.redirectErrorStream(true);
        builder.directory(directory.toFile());
        gateway = builder.start();
        uri = firstUrl();
    }

    private String services() {
        StringBuilder command = new StringBuilder();
        for (String word : FakeUpstream.command(Mood.GOOD)) {
            command.append(command.length() == 0 ? "" : ", ").append(Json.quoted(word));
        }
        return """
                services:
                  fake:
                    runtime: process
                    transport: stdio
                    command: [%s]
                """.formatted(command);
    }

    /** Reads what the gateway prints until it says where it listens; the rest is read away in the background. */
    private URI firstUrl() throws IOException {
        BufferedReader out = new BufferedReader(new InputStreamReader(gateway.getInputStream(), UTF_8));
        StringBuilder seen = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            seen.append(line).append('\n');
            Matcher url = URL.matcher(line);
            if (url.find() && !url.group(1).equals("0")) {
                Thread drain = new Thread(() -> drain(out), "drain");
                drain.setDaemon(true);
                drain.start();
                return URI.create("http://127.0.0.1:" + url.group(1));
            }
        }
        throw new AssertionError("The gateway ended without a URL:\n" + seen);
    }

    private static void drain(BufferedReader out) {
        try {
            out.lines().forEach(line -> {});
        } catch (UncheckedIOException closed) {
            // the gateway was killed
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (gateway != null) {
            List<ProcessHandle> all = gateway.descendants().toList();
            gateway.destroyForcibly().waitFor();
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void itServesAConfiguredServerAndStopsCleanly() throws Exception {
        long child = callFake();
        gateway.destroy();
        assertThat(gateway.waitFor(15, TimeUnit.SECONDS))
                .as("ended after SIGTERM")
                .isTrue();
        assertGone(List.of(child));
    }

    @Test
    void killedWithoutWarningItLeavesNoChild() throws Exception {
        long child = callFake();
        List<Long> all = gateway.descendants().map(ProcessHandle::pid).toList();
        assertThat(all).contains(child);
        gateway.destroyForcibly();
        assertThat(gateway.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertGone(all);
    }

    /** Calls the child through the gateway and returns its process id. */
    private long callFake() {
        try (GatewayClient client = new GatewayClient(uri.resolve("/mcp"))) {
            client.initialize();
            JsonNode result = client.call("fake-pid", Json.of("{}"));
            long pid = result.at("/structuredContent/pid").longValue();
            assertThat(pid).as(result.toString()).isPositive();
            assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isPresent();
            return pid;
        }
    }

    private static void assertGone(List<Long> processes) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(processes)
                        .noneMatch(pid -> ProcessHandle.of(pid)
                                .filter(ProcessHandle::isAlive)
                                .isPresent()));
    }
}

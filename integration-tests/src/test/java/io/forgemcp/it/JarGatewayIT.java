package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.it.FakeUpstream.Mood;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged gateway as people start it: a child process with a configuration directory. */
@Timeout(90)
class JarGatewayIT {
    @TempDir
    private Path directory;

    private JarGateway jar;
    private Process gateway;

    @BeforeEach
    void start() throws IOException {
        jar = JarGateway.start(directory, services());
        gateway = jar.process();
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

    @AfterEach
    void stop() {
        if (jar != null) {
            jar.close();
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
        try (GatewayClient client = new GatewayClient(jar.uri("/mcp"))) {
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

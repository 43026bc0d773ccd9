package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged gateway with services in containers, which outlive it when it is killed. */
@Tag("docker")
@Timeout(180)
class ContainersIT {
    private static final int CALLS = 50;

    @TempDir
    private Path directory;

    private static final String SERVICES = """
                services:
                  one: {image: forge-mcp-test/servers, command: [node, /srv/mini-server.js]}
                  two: {image: forge-mcp-test/servers, transport: streamable-http, command: [node, /srv/mini-server.js, http, "{port}"]}
                """;

    private JarGateway gateway;

    /** Where everything must be there, a test that cannot run has failed. */
    @BeforeAll
    static void needAnEngineWithTheImage() throws Exception {
        if (!"true".equals(System.getenv("CI"))) {
            boolean there;
            try {
                docker("image", "inspect", "forge-mcp-test/servers");
                there = true;
            } catch (IOException | AssertionError missing) {
                there = false;
            }
            assumeTrue(there, "no Docker engine with the image of scripts/test-image.sh");
        }
    }

    @BeforeEach
    void configure() throws IOException {
        start();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        gateway.process().destroy();
        assertThat(gateway.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(containers()).isEmpty();
    }

    @Test
    void killedInTheMiddleOfCallsItLeavesContainersThatTheNextGatewayTakesOver() throws Exception {
        assertThat(call("one-count", "{}")).isEqualTo("1");
        assertThat(call("two-count", "{}")).isEqualTo("1");
        List<String> before = containers();
        assertThat(before).hasSize(2);
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            String arguments = "{\"token\":\"" + i + "\",\"ms\":2000}";
            calls.add(CompletableFuture.supplyAsync(
                    () -> call("one-slow", arguments), task -> new Thread(task, "caller").start()));
        }
        // Answered, so the server has read what was written before.
        call("one-echo", "{\"token\":\"behind the slow ones\"}");

        gateway.process().destroyForcibly();
        assertThat(gateway.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        for (CompletableFuture<String> call : calls) {
            assertThat(call.handle((answer, failure) -> failure != null).get(30, TimeUnit.SECONDS))
                    .as("a call to a killed gateway fails")
                    .isTrue();
        }
        assertThat(containers()).containsExactlyInAnyOrderElementsOf(before);

        start();
        // Late answers to the calls of the killed gateway must not be taken for answers to these.
        for (int i = 0; i < CALLS; i++) {
            assertThat(call("one-echo", "{\"token\":\"new " + i + "\"}")).isEqualTo("new " + i);
        }
        assertThat(call("one-count", "{}")).isEqualTo("2");
        assertThat(call("two-count", "{}")).isEqualTo("2");
        assertThat(containers()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void aContainerThatIsPausedByHandIsWokenByTheNextCall() throws Exception {
        assertThat(call("one-count", "{}")).isEqualTo("1");
        docker("pause", containersOf("one").get(0));
        awaitState("sleeping");

        assertThat(call("one-count", "{}")).isEqualTo("2");

        docker("pause", containersOf("one").get(0));
        awaitState("sleeping");
        docker("unpause", containersOf("one").get(0));
        awaitState("running");
        assertThat(call("one-count", "{}")).isEqualTo("3");
    }

    @Test
    void aContainerThatIsStoppedByHandIsReplacedByTheNextCall() throws Exception {
        assertThat(call("one-count", "{}")).isEqualTo("1");
        docker("stop", "-t", "1", containersOf("one").get(0));
        awaitState("stopped");

        assertThat(call("one-count", "{}")).isEqualTo("1");
        assertThat(containersOf("one")).hasSize(1);
    }

    private void awaitState(String state) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(state()).isEqualTo(state));
    }

    private String state() throws Exception {
        String body = GatewayClient.HTTP
                .send(
                        java.net.http.HttpRequest.newBuilder(gateway.uri("/services/one"))
                                .build(),
                        java.net.http.HttpResponse.BodyHandlers.ofString())
                .body();
        return Json.of(body).path("state").asText();
    }

    private String call(String tool, String arguments) {
        try (GatewayClient client = new GatewayClient(gateway.uri("/mcp"))) {
            client.initialize();
            JsonNode result = client.call(tool, Json.of(arguments));
            return result.at("/content/0/text").asText(result.toString());
        }
    }

    /** The full ids of everything that this gateway has at the engine, running or not. */
    private List<String> containers() throws Exception {
        String owner = Files.readString(directory.resolve("data/identity")).strip();
        return listed("label=io.forgemcp.gateway=" + owner);
    }

    /** Those of one service; the other's is there too, because whoever lists everything makes it say what it offers. */
    private List<String> containersOf(String service) throws Exception {
        String owner = Files.readString(directory.resolve("data/identity")).strip();
        return listed("label=io.forgemcp.gateway=" + owner, "label=io.forgemcp.service=" + service);
    }

    private static List<String> listed(String... filters) throws Exception {
        List<String> words = new ArrayList<>(List.of("ps", "-aq", "--no-trunc"));
        for (String filter : filters) {
            words.addAll(List.of("--filter", filter));
        }
        return docker(words.toArray(String[]::new)).lines().toList();
    }

    private static String docker(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private void start() throws IOException {
        gateway = JarGateway.start(directory, SERVICES);
    }
}

package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.gateway.lifecycle.process.ProcessRuntime;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.translate.Bridge;
import io.forgemcp.gateway.translate.BridgeSettings;
import io.forgemcp.gateway.translate.BridgeSettings.Sharing;
import io.forgemcp.gateway.transport.StdioTransport;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bridge with real processes behind it and real HTTP before it. */
class TranslateServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final SystemTimers timers = new SystemTimers();
    private final ProcessRuntime runtime = new ProcessRuntime(timers);
    private Bridge bridge;
    private TranslateServer server;

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
            bridge.close();
        }
        runtime.close();
        timers.close();
    }

    private void start(BridgeSettings settings) {
        start(settings, ScriptedChild.service());
        bridge.start().toCompletableFuture().join();
    }

    private void start(BridgeSettings settings, ServiceDefinition child) {
        bridge = new Bridge(child, runtime, new StdioTransport(), timers, settings);
        server = TranslateServer.start(
                bridge, settings, Set.of(), timers, ServerSettings.defaults().withAddress("127.0.0.1", 0));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.uri() + path))
                .header("Accept", "application/json, text/event-stream")
                .timeout(Duration.ofSeconds(30));
    }

    private CompletableFuture<HttpResponse<String>> post(String session, String body) {
        HttpRequest.Builder request =
                request("/mcp").header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
        return client.sendAsync(
                session == null
                        ? request.build()
                        : request.header("Mcp-Session-Id", session).build(),
                BodyHandlers.ofString());
    }

    private String session() {
        return post(null, INITIALIZE)
                .join()
                .headers()
                .firstValue("Mcp-Session-Id")
                .orElseThrow();
    }

    private CompletableFuture<JsonNode> call(String session, String method) {
        return post(session, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" + method + "\"}")
                .thenApply(answer -> tree(answer.body()));
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException notJson) {
            throw new AssertionError(json, notJson);
        }
    }

    private int health() throws Exception {
        return client.send(request("/healthz").build(), BodyHandlers.ofString()).statusCode();
    }

    @Test
    void twoClientsWithTheSameIdsTalkToTwoProcesses() {
        start(BridgeSettings.DEFAULT);
        String ann = session();
        String bob = session();
        CompletableFuture<JsonNode> hers = call(ann, "whoami");
        CompletableFuture<JsonNode> his = call(bob, "whoami");
        assertThat(hers.join().at("/result/pid").asInt())
                .isPositive()
                .isNotEqualTo(his.join().at("/result/pid").asInt());
        assertThat(hers.join().get("id").asInt()).isEqualTo(7);
    }

    @Test
    void aChildKilledInMidCallGivesAnErrorAndASuccessorWithinASecond() throws Exception {
        start(BridgeSettings.DEFAULT);
        String session = session();
        int before = call(session, "whoami").join().at("/result/pid").asInt();
        JsonNode error = call(session, "die").join().get("error");
        assertThat(error.get("message").asText()).contains("killed by signal 9").contains("farewell");
        assertThat(error.at("/data/code").asText()).isEqualTo("GW-1503");
        assertThat(call(session, "whoami").join().at("/result/pid").asInt())
                .isPositive()
                .isNotEqualTo(before);
        assertThat(health()).isEqualTo(200);
    }

    @Test
    void healthSaysWhyThereIsNoChild() throws Exception {
        start(
                BridgeSettings.DEFAULT,
                ServiceDefinition.stdio("server", "no-such-program").build());
        assertThatThrownBy(() -> bridge.start().toCompletableFuture().join()).hasMessageContaining("no-such-program");
        assertThat(health()).isEqualTo(503);
        assertThat(client.send(request("/health").build(), BodyHandlers.ofString())
                        .body())
                .contains("unhealthy", "no-such-program");
        assertThat(client.send(request("/live").build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aMegabyteGoesThroughBothWays() {
        start(BridgeSettings.DEFAULT);
        String big = "x".repeat(1 << 20);
        String answer = post(
                        session(),
                        "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"m\",\"params\":{\"big\":\"" + big + "\"}}")
                .join()
                .body();
        assertThat(tree(answer).at("/result/echo/params/big").asText()).isEqualTo(big);
    }

    @Test
    void aHundredSessionsHaveAHundredProcessesAndNoneIsLeft() {
        start(BridgeSettings.DEFAULT);
        List<CompletableFuture<HttpResponse<String>>> opening = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            opening.add(post(null, INITIALIZE));
        }
        Set<Long> processes = new HashSet<>();
        for (CompletableFuture<HttpResponse<String>> opened : opening) {
            String session =
                    opened.join().headers().firstValue("Mcp-Session-Id").orElseThrow();
            processes.add(call(session, "whoami").join().at("/result/pid").asLong());
        }
        assertThat(processes).hasSize(100);
        assertThat(bridge.health().sessions()).isEqualTo(100);
        server.close();
        bridge.close();
        assertThat(processes)
                .allMatch(pid ->
                        ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true));
    }

    @Test
    void sharedClientsUseOneProcessAndHearOnlyTheirOwnAnswers() {
        start(BridgeSettings.DEFAULT.withSharing(Sharing.SHARED));
        Set<Integer> processes = new HashSet<>();
        List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String session = session();
            processes.add(call(session, "whoami").join().at("/result/pid").asInt());
            answers.add(
                    post(session, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"m\",\"params\":{\"client\":" + i + "}}")
                            .thenApply(answer -> tree(answer.body())));
        }
        assertThat(processes).hasSize(1);
        for (int i = 0; i < answers.size(); i++) {
            JsonNode answer = answers.get(i).join();
            assertThat(answer.get("id").asInt()).isEqualTo(7);
            assertThat(answer.at("/result/echo/params/client").asInt()).isEqualTo(i);
        }
    }

    @Test
    void sseCarriesAnswersOnItsStreamAndTheProcessEndsWithIt() throws Exception {
        start(BridgeSettings.DEFAULT.withPaths("/events", "/post"));
        HttpResponse<java.io.InputStream> stream =
                client.send(request("/events").build(), BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("event: endpoint");
            String path = lines.readLine().replaceFirst("data: ", "");
            assertThat(path).startsWith("/post?sessionId=");
            String id = path.substring(path.indexOf('=') + 1);
            for (String twice : List.of(path + "&sessionId=" + id, path + "&sessionId=x", path + "&%73essionId=")) {
                HttpResponse<String> refused = client.send(
                        request(twice)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"whoami\"}"))
                                .build(),
                        BodyHandlers.ofString());
                assertThat(refused.statusCode()).isEqualTo(400);
                assertThat(refused.body()).contains("sessionId", "more than once");
            }
            HttpResponse<String> posted = client.send(
                    request(path)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"whoami\"}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(posted.statusCode()).isEqualTo(202);
            lines.readLine();
            assertThat(lines.readLine()).startsWith("data: {").contains("\"pid\":");
        }
        await().until(() -> bridge.health().sessions() == 0);
    }

    @Test
    void foreignPagesAndHostsAreKeptOutAndLimitsSaySo() throws Exception {
        start(BridgeSettings.DEFAULT.withLimits(1, Duration.ofMinutes(1)));
        HttpRequest.Builder foreign = request("/mcp")
                .header("Content-Type", "application/json")
                .header("Origin", "https://evil.example")
                .POST(BodyPublishers.ofString(INITIALIZE));
        assertThat(client.send(foreign.build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(403);
        session();
        HttpResponse<String> full = post(null, INITIALIZE).join();
        assertThat(full.statusCode()).isEqualTo(503);
        assertThat(full.headers().firstValue("Retry-After")).isPresent();
        assertThat(client.send(request("/openapi.json").build(), BodyHandlers.ofString())
                        .body())
                .contains("/message");
    }
}

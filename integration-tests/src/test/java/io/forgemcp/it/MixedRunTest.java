package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.GatewaySettings;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import io.forgemcp.it.FakeUpstream.Mood;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ten thousand calls, good and bad, with clients that cancel or vanish and a server that dies: afterwards the gateway
 * holds what it held before. Prints its seed; set {@code FORGE_TEST_SEED} to run the same calls again.
 */
class MixedRunTest {
    private static final int CALLS = 10_000;
    private static final int WORKERS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What a step does, and how often in a thousand. */
    private enum Step {
        STEADY(520),
        INSIDE(120),
        REMOTE(100),
        MORTAL(40),
        DIE(3),
        UNKNOWN_TOOL(40),
        WRONG_ARGUMENTS(40),
        MALFORMED(30),
        WRONG_TYPE(20),
        UNKNOWN_SESSION(20),
        CANCEL(25),
        VANISH(22),
        NEW_SESSION(20);

        private final int perThousand;

        Step(int perThousand) {
            this.perThousand = perThousand;
        }

        static Step pick(Random random) {
            int place = random.nextInt(1000);
            for (Step step : values()) {
                place -= step.perThousand;
                if (place < 0) {
                    return step;
                }
            }
            return STEADY;
        }
    }

    private final Gauges gauges = new Gauges();
    private final Map<Step, LongAdder> done = new EnumMap<>(Step.class);

    @Test
    @Timeout(180)
    void afterTenThousandMixedCallsNothingIsLeft() throws Exception {
        String fixed = System.getenv("FORGE_TEST_SEED");
        long seed = fixed == null ? System.nanoTime() : Long.parseLong(fixed);
        System.out.println("afterTenThousandMixedCallsNothingIsLeft: FORGE_TEST_SEED=" + seed);
        for (Step step : Step.values()) {
            done.put(step, new LongAdder());
        }
        Footprint untouched = Footprint.now();
        try (TestGateway far = far();
                TestGateway near = near(far)) {
            warmUp(near);
            Footprint before = Footprint.ofTheBusy();
            double upstreamSessions = gauges.sum(Metric.UPSTREAM_SESSIONS);
            assertThat(gauges.sum(Metric.SESSIONS)).isZero();

            runAll(near, seed);

            System.out.println(done);
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(gauges.sum(Metric.SESSIONS)).as("client sessions").isZero();
                assertThat(gauges.sum(Metric.STREAMS)).as("streams").isZero();
                assertThat(gauges.sum(Metric.UPSTREAM_SESSIONS))
                        .as("sessions with servers")
                        .isLessThanOrEqualTo(upstreamSessions);
                assertThat(near.gateway().services().statuses())
                        .extracting(ServiceStatus::inFlight)
                        .as("calls under way")
                        .containsOnly(0);
                Footprint after = Footprint.ofTheBusy();
                assertThat(after.threadsBeyond(before)).as("threads").isEmpty();
                assertThat(after.children()).as("children").isLessThanOrEqualTo(before.children());
            });
        }
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            Footprint closed = Footprint.now();
            assertThat(closed.children()).as("children after close").isEqualTo(untouched.children());
            assertThat(closed.threadsBeyond(untouched).keySet())
                    .as("threads after close, but for idle ones that end by themselves")
                    .isSubsetOf("forge-far-#", "forge-inside-#", "forge-stdio-writer-#");
        });
    }

    /** A second gateway, which the first one reaches over HTTP. */
    private static TestGateway far() {
        return TestGateway.of(ServiceDefinition.java("far", adder("far")).build());
    }

    private static JavaServer adder(String name) {
        return JavaServer.builder(name, "1")
                .tool(
                        "add",
                        "Adds one",
                        "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"]}",
                        arguments -> ToolResponse.text("n+1=" + (arguments.integer("n") + 1)))
                .build();
    }

    private TestGateway near(TestGateway far) {
        return TestGateway.start(builder -> {
            List<ServiceName> names = new ArrayList<>();
            for (ServiceDefinition service : List.of(
                    ServiceDefinition.stdio("steady", FakeUpstream.command(Mood.GOOD))
                            .build(),
                    ServiceDefinition.stdio("mortal", FakeUpstream.command(Mood.GOOD))
                            .build(),
                    ServiceDefinition.java("inside", adder("inside")).build(),
                    ServiceDefinition.of(
                                    "remote",
                                    RuntimeChoice.REMOTE,
                                    new Launch.Remote(far.mcp("far"), Map.of()),
                                    WireProtocol.STREAMABLE_HTTP)
                            .build())) {
                names.add(service.name());
                builder.service(service);
            }
            return builder.virtualServer(VirtualServer.of("all", names))
                    .metrics(gauges)
                    .settings(GatewaySettings.DEFAULT
                            .withCallTimeout(Duration.ofSeconds(10))
                            .withStartTimeout(Duration.ofSeconds(10)));
        });
    }

    private static void warmUp(TestGateway near) {
        for (ServiceStatus service : near.gateway().services().statuses()) {
            near.gateway()
                    .catalog()
                    .refresh(service.name())
                    .toCompletableFuture()
                    .join();
        }
        // As many at once as there will be later, so that every pool has its threads.
        List<CompletableFuture<?>> all = new ArrayList<>();
        List<GatewayClient> clients = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            GatewayClient client = near.client("all");
            clients.add(client);
            for (String tool : List.of("steady-slow", "mortal-echo", "inside-add", "remote-add")) {
                String body = Json.request(
                        i, "tools/call", Json.of("{'name':'" + tool + "','arguments':{'n':1,'millis':100}}"));
                all.add(GatewayClient.HTTP.sendAsync(
                        client.builder()
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString()));
            }
        }
        all.forEach(CompletableFuture::join);
        clients.forEach(GatewayClient::close);
    }

    private void runAll(TestGateway near, long seed) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int w = 0; w < WORKERS; w++) {
                Random random = new Random(seed + w);
                running.add(workers.submit(() -> {
                    try (GatewayClient client = near.client("all")) {
                        for (int i = 0; i < CALLS / WORKERS; i++) {
                            step(near, client, Step.pick(random), random);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> worker : running) {
                worker.get();
            }
        } finally {
            workers.shutdownNow();
        }
        assertThat(done.values().stream().mapToLong(LongAdder::sum).sum()).isEqualTo(CALLS);
    }

    private void step(TestGateway near, GatewayClient client, Step step, Random random) throws Exception {
        int n = random.nextInt(1_000_000);
        switch (step) {
            case STEADY -> {
                JsonNode arguments = Json.of("{'n':" + n + ",'text':'" + "é".repeat(random.nextInt(40)) + "'}");
                assertThat(client.call("steady-echo", arguments).path("structuredContent"))
                        .isEqualTo(arguments);
            }
            case INSIDE ->
                assertThat(text(client.call("inside-add", Json.of("{'n':" + n + "}"))))
                        .isEqualTo("n+1=" + (n + 1));
            case REMOTE ->
                assertThat(text(client.call("remote-add", Json.of("{'n':" + n + "}"))))
                        .isEqualTo("n+1=" + (n + 1));
            case MORTAL -> {
                JsonNode arguments = Json.of("{'n':" + n + "}");
                assertAnswerOrHonestError(client.call("mortal-echo", arguments), arguments);
            }
            case DIE -> assertAnswerOrHonestError(client.call("mortal-die", Json.of("{}")), null);
            case UNKNOWN_TOOL -> assertCode(client.call("steady-no-such", Json.of("{}")), "GW-1301");
            case WRONG_ARGUMENTS ->
                assertThat(client.call("inside-add", Json.of("{'n':'x'}"))
                                .path("isError")
                                .booleanValue())
                        .isTrue();
            case MALFORMED ->
                assertThat(client.post("{\"jsonrpc\":").statusCode()).isEqualTo(400);
            case WRONG_TYPE ->
                assertThat(post(client, "text/plain").statusCode()).isEqualTo(415);
            case UNKNOWN_SESSION -> assertUnknownSession(near);
            case CANCEL -> cancel(client, n);
            case VANISH -> vanish(near, client, random.nextInt(4) > 0);
            case NEW_SESSION -> {
                try (GatewayClient other = near.client("all")) {
                    assertThat(other.request("tools/list", Json.of("{}")).path("tools"))
                            .isNotEmpty();
                }
            }
        }
        done.get(step).increment();
    }

    private static String text(JsonNode result) {
        assertThat(result.path("content")).as(result.toString()).isNotEmpty();
        return result.at("/content/0/text").asText();
    }

    /** Whoever calls a server that dies gets its answer, or is told what is known; never silence or another's answer. */
    private static void assertAnswerOrHonestError(JsonNode answer, JsonNode arguments) {
        if (arguments != null && answer.has("structuredContent")) {
            assertThat(answer.path("structuredContent")).isEqualTo(arguments);
        } else {
            assertThat(answer.at("/data/code").asText())
                    .as(answer.toString())
                    .isIn("GW-1503", "GW-1501", "GW-1505", "GW-1401", "GW-1402", "GW-1403");
        }
    }

    private static void assertCode(JsonNode error, String code) {
        assertThat(error.at("/data/code").asText()).as(error.toString()).isEqualTo(code);
    }

    private static void assertUnknownSession(TestGateway near) throws Exception {
        HttpResponse<String> response = GatewayClient.HTTP.send(
                java.net.http.HttpRequest.newBuilder(near.mcp("all"))
                        .header("Accept", "application/json, text/event-stream")
                        .header("Content-Type", "application/json")
                        .header("Mcp-Session-Id", "unknown")
                        .POST(BodyPublishers.ofString(Json.request(1, "ping", Json.of("{}"))))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(404);
    }

    private static HttpResponse<String> post(GatewayClient client, String type) throws Exception {
        return GatewayClient.HTTP.send(
                client.builder()
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Asks for something slow and takes it back; whether the answer or the cancellation wins is a race. */
    private static void cancel(GatewayClient client, int n) {
        String id = "cancel-" + n;
        String call = "{\"jsonrpc\":\"2.0\",\"id\":\"" + id
                + "\",\"method\":\"tools/call\",\"params\":{\"name\":\"steady-slow\",\"arguments\":{\"millis\":150}}}";
        CompletableFuture<HttpResponse<String>> answer = GatewayClient.HTTP.sendAsync(
                client.builder()
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(call))
                        .build(),
                BodyHandlers.ofString());
        HttpResponse<String> taken = client.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                + "\"params\":{\"requestId\":\"" + id + "\",\"reason\":\"changed my mind\"}}");
        assertThat(taken.statusCode()).isEqualTo(202);
        assertThat(answer.join().statusCode()).isBetween(200, 202);
    }

    /** Sends a call that takes a while, or half of one, and hangs up. */
    private static void vanish(TestGateway near, GatewayClient client, boolean whole) throws IOException {
        URI uri = near.mcp("all");
        byte[] body = Json.request(1, "tools/call", Json.of("{'name':'steady-slow','arguments':{'millis':200}}"))
                .getBytes(UTF_8);
        String head = "POST " + uri.getPath() + " HTTP/1.1\r\nHost: " + uri.getAuthority()
                + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nMcp-Session-Id: "
                + client.session() + "\r\nContent-Length: " + body.length + "\r\n\r\n";
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream().write(head.getBytes(UTF_8));
            socket.getOutputStream().write(body, 0, whole ? body.length : body.length / 2);
            socket.getOutputStream().flush();
        }
    }
}

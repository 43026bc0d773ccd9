package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many clients use the same ids at the same time on a server that counts for each session and asks every client under the
 * same id: nobody hears anything that is meant for another. {@code FORGE_ISOLATION_CALLS} is how many calls there are, 10,000
 * if it is not set.
 */
class IsolationTest {
    private static final int CLIENTS = 200;
    private static final int EVERY_ASKS = 25;

    @Test
    @Timeout(600)
    void nobodyHearsWhatIsMeantForAnother() throws Exception {
        String wanted = System.getenv("FORGE_ISOLATION_CALLS");
        int calls = wanted == null ? 10_000 : Integer.parseInt(wanted);
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (LoopbackUpstream upstream = LoopbackUpstream.start(false);
                TestGateway gateway = TestGateway.of(ServiceDefinition.http("loopback", upstream.url())
                        .isolation(Isolation.SESSION)
                        .build())) {
            try (GatewayClient client = gateway.client("loopback")) {
                Learnt.await(client, "tools/list", "tools", 2);
            }
            long began = System.nanoTime();
            List<Future<Integer>> clients = new ArrayList<>();
            for (int c = 0; c < CLIENTS; c++) {
                String tag = "client-" + c;
                clients.add(threads.submit(() -> beOneClient(gateway, tag, calls / CLIENTS)));
            }
            int done = 0;
            for (Future<Integer> client : clients) {
                done += client.get();
            }
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            System.out.printf(
                    "isolation: %d clients, %d calls, one in %d with a question, in %d ms%n",
                    CLIENTS, done, EVERY_ASKS, took.toMillis());
            assertThat(done).isEqualTo(calls / CLIENTS * CLIENTS);
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static int beOneClient(TestGateway gateway, String tag, int calls) {
        String answer = "{'action':'accept','content':{'by':'" + tag + "'}}";
        WireClient client = WireClient.legacy(
                        gateway.mcp("loopback"), "{'elicitation':{}}", Map.of("elicitation/create", answer))
                .within(Duration.ofSeconds(60));
        int echoes = 0;
        for (int i = 1; i <= calls; i++) {
            if (i % EVERY_ASKS == 0) {
                beAsked(client, tag + "/" + i, tag, i);
            } else {
                echoes++;
                WireClient.Exchange exchange = client.request(
                        String.valueOf(i), "tools/call", "{'name':'echo','arguments':{'tag':'" + tag + "/" + i + "'}}");
                JsonNode result = exchange.result();
                assertThat(result.at("/echo/arguments/tag").asText())
                        .as("%s", exchange)
                        .isEqualTo(tag + "/" + i);
                assertThat(result.path("count").intValue())
                        .as("calls of this session")
                        .isEqualTo(echoes);
            }
        }
        assertThat(client.delete()).isBetween(200, 299);
        return calls;
    }

    /** Everything on the way to the answer says whose it is. */
    private static void beAsked(WireClient client, String mark, String tag, int id) {
        WireClient.Exchange exchange = client.request(
                String.valueOf(id),
                "tools/call",
                "{'name':'ask','arguments':{'progress':'MARK','line':'MARK','question':{'message':'MARK','requestedSchema':{'type':'object','properties':{}}}},'_meta':{'progressToken':1}}"
                        .replace("MARK", mark));
        assertThat(exchange.messages()).hasSize(4);
        assertThat(exchange.messages().subList(0, 3))
                .allSatisfy(message -> assertThat(message.toString()).contains("\"" + mark + "\""));
        assertThat(exchange.result().at("/answer/content/by").asText()).isEqualTo(tag);
    }
}

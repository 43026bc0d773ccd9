package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.GatewayBuilder;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;
import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The first list of the endpoint over everything is of servers that have never run, too: each is asked once. */
class FirstListsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String CHANGED = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}";

    private final ManualTimers timers = new ManualTimers();
    private final SlowStarts runtime = new SlowStarts();
    private final GatewayStore store = new InMemoryStore();
    private Gateway gateway;

    @AfterEach
    void close() {
        gateway.close();
    }

    private McpEndpoint start(String... services) {
        GatewayBuilder builder =
                Gateway.builder().runtime(runtime).timers(timers).store(store);
        for (String service : services) {
            builder.service(SlowStarts.service(service));
        }
        gateway = builder.build().start();
        return gateway.streamableHttp();
    }

    private static FakeHttp list(McpEndpoint http) {
        return FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")
                .with("Accept", "application/json")
                .to(http);
    }

    private ServiceState state(String service) {
        return gateway.services().status(ServiceName.of(service)).orElseThrow().state();
    }

    private boolean isKnown(String service) {
        return gateway.catalog()
                .snapshot()
                .server(ServiceName.of(service))
                .filter(ServerCatalog::isLearnt)
                .isPresent();
    }

    @Test
    void itHasTheToolsOfServersThatHaveNeverRunAndLetsThemSleepAgain() {
        McpEndpoint http = start("a", "b");

        assertThat(list(http).answer()).contains("\"a-t\"", "\"b-t\"").doesNotContain("problems");
        await().untilAsserted(() -> assertThat(List.of(state("a"), state("b"))).containsOnly(ServiceState.SLEEPING));
        list(http).answer();

        assertThat(runtime.started).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aServerThatIsKnownFromAnEarlierRunIsNotStarted() {
        list(start("a")).answer();
        gateway.close();
        runtime.started.clear();

        assertThat(list(start("a", "b")).answer()).contains("\"a-t\"", "\"b-t\"");

        assertThat(runtime.started).containsExactly("b");
    }

    @Test
    void oneThatIsSlowIsWaitedForOnceKeepsNobodyElseWaitingAndIsToldOfWhenItIsThere() {
        CompletableFuture<Void> slow = runtime.hold("slow");
        McpEndpoint http = start("a", "slow");
        FakeHttp list = list(http);
        await().until(() -> runtime.started.size() == 2 && isKnown("a"));
        assertThat(list.isAnswered()).isFalse();

        timers.advance(PATIENCE);

        assertThat(list.answer()).contains("\"a-t\"", "{\"service\":\"slow\",").doesNotContain("slow-t");
        LegacyClient client = LegacyClient.open(http);
        assertThat(client.request("1", "tools/list", "{}").answer()).doesNotContain("slow-t");
        FakeHttp hearing = client.listen();
        slow.complete(null);
        await().untilAsserted(() -> {
            timers.advance(Duration.ofMillis(50));
            assertThat(hearing.events()).containsExactly(CHANGED);
        });
        assertThat(client.request("2", "tools/list", "{}").answer()).contains("slow-t");
        assertThat(runtime.started).containsExactlyInAnyOrder("a", "slow");
    }

    @Test
    void oneThatFailsIsNamedNeitherFailsTheListNorIsStartedForEachAndIsNotWaitedForAgain() {
        runtime.hold("bad").completeExceptionally(new GatewayException(ErrorCode.SERVICE_START_FAILED, "no room"));
        McpEndpoint http = start("a", "bad");

        assertThat(list(http).answer()).contains("\"a-t\"", "no room");
        assertThat(list(http).answer()).contains("\"a-t\"", "no room");
        assertThat(runtime.started).containsOnlyOnce("bad");

        CompletableFuture<Void> again = runtime.hold("bad");
        timers.advance(Duration.ofSeconds(31));
        assertThat(list(http).answer()).contains("\"a-t\"", "no room");
        await().until(() -> runtime.started.stream().filter("bad"::equals).count() == 2);
        again.complete(null);
        await().untilAsserted(() ->
                assertThat(list(http).answer()).contains("\"bad-t\"").doesNotContain("problems"));
    }
}

package io.forgemcp.gateway.endpoint.modern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.endpoint.SlowStarts;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The first list of the endpoint over everything, in the revision without sessions. */
class FirstModernListTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ManualTimers timers = new ManualTimers();
    private final SlowStarts runtime = new SlowStarts();
    private final Gateway gateway = Gateway.builder()
            .runtime(runtime)
            .timers(timers)
            .service(SlowStarts.service("a"))
            .service(SlowStarts.service("slow"))
            .build()
            .start();
    private final McpEndpoint http = gateway.streamableHttp();

    @AfterEach
    void close() {
        gateway.close();
    }

    private FakeHttp ask(String method) {
        return ModernHttp.request("1", method, "").to(http);
    }

    private boolean isKnown(String service) {
        return gateway.catalog()
                .snapshot()
                .server(ServiceName.of(service))
                .filter(ServerCatalog::isLearnt)
                .isPresent();
    }

    @Test
    void itHasTheToolsOfServersThatHaveNeverRun() {
        assertThat(ask("tools/list").answer()).contains("\"a-t\"", "\"slow-t\"").doesNotContain("problems");
        assertThat(runtime.started).containsExactlyInAnyOrder("a", "slow");
    }

    @Test
    void oneThatIsSlowIsWaitedForOnceInAllListsAndInDiscover() {
        CompletableFuture<Void> slow = runtime.hold("slow");
        FakeHttp discover = ask("server/discover");
        await().until(() -> runtime.started.size() == 2 && isKnown("a"));
        assertThat(discover.isAnswered()).isFalse();

        timers.advance(PATIENCE);

        assertThat(discover.answer()).contains("\"tools\":");
        assertThat(ask("tools/list").answer()).contains("\"a-t\"", "{\"service\":\"slow\",", "\"ttlMs\":0");
        slow.complete(null);
        await().untilAsserted(() -> assertThat(ask("tools/list").answer()).contains("\"slow-t\""));
        assertThat(runtime.started).containsExactlyInAnyOrder("a", "slow");
    }
}

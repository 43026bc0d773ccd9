package io.forgemcp.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.endpoint.SlowStarts;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.upstream.UpstreamSettings;
import io.forgemcp.gateway.upstream.Upstreams;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the keeper of the catalog starts, and what it leaves alone. */
class CatalogKeeperTest {
    private static final ServiceName A = ServiceName.of("a");
    private static final Duration FIRST_RETRY = Duration.ofSeconds(2);

    private final ManualTimers timers = new ManualTimers();
    private final SlowStarts runtime = new SlowStarts();
    private final Gateway gateway = Gateway.builder()
            .runtime(runtime)
            .timers(timers)
            .service(SlowStarts.service("a"))
            .build()
            .start();
    private final Upstreams upstreams = new Upstreams(
            List.of(), UpstreamSettings.DEFAULT, timers, new NoMetrics(), (service, client, notification) -> {});
    private final CatalogKeeper keeper =
            new CatalogKeeper(gateway.services(), gateway.catalog(), upstreams, timers, new EventBus());

    @BeforeEach
    void learnAndStop() {
        gateway.catalog().refresh(A).toCompletableFuture().join();
        stop();
        runtime.started.clear();
    }

    @AfterEach
    void close() {
        keeper.close();
        upstreams.close();
        gateway.close();
    }

    /** Done after everything that was asked of the service before. */
    private void stop() {
        await().until(() -> gateway.services().status(A).orElseThrow().inFlight() == 0);
        ServiceStatus status =
                gateway.services().stop(A, Force.NO).toCompletableFuture().join();
        assertThat(status.state()).isEqualTo(ServiceState.STOPPED);
    }

    private ServerCatalog known() {
        return gateway.catalog().snapshot().server(A).orElseThrow();
    }

    @Test
    void oneThatIsStoppedByHandWhileItIsToBeAskedStaysStoppedAndItsToolsStay() {
        CompletableFuture<Void> held = runtime.hold("a");
        CompletableFuture<Void> asked = gateway.catalog()
                .refresh(A)
                .handle((learnt, failure) -> (Void) null)
                .toCompletableFuture();
        keeper.learn(A);
        await().until(() -> runtime.started.size() == 1);
        CompletableFuture<ServiceStatus> stopped =
                gateway.services().stop(A, Force.NO).toCompletableFuture();
        asked.join();
        held.complete(null);
        stopped.join();

        timers.advance(FIRST_RETRY);
        stop();

        assertThat(runtime.started).hasSize(1);
        assertThat(known().problem()).isNull();
    }

    @Test
    void oneThatIsStoppedByHandBeforeItIsAskedAgainStaysStopped() {
        gateway.services().start(A).toCompletableFuture().join();
        keeper.unreachable(A, new GatewayException(ErrorCode.UPSTREAM_UNREACHABLE, "It closed the connection."));
        stop();
        runtime.started.clear();

        timers.advance(FIRST_RETRY);
        stop();

        assertThat(runtime.started).isEmpty();
    }

    @Test
    void oneThatCouldNotBeReachedIsAskedAgain() {
        gateway.services().start(A).toCompletableFuture().join();
        gateway.services().sleep(A, Force.YES).toCompletableFuture().join();
        keeper.unreachable(A, new GatewayException(ErrorCode.UPSTREAM_UNREACHABLE, "It closed the connection."));
        assertThat(known().problem()).contains("closed the connection");

        timers.advance(FIRST_RETRY);

        await().untilAsserted(() -> assertThat(known().problem()).isNull());
    }
}

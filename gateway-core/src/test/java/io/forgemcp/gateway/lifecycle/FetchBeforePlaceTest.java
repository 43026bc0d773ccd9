package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever waits for a download has no place among those who may be awake: it is fetched first, then its turn comes. */
class FetchBeforePlaceTest {
    private final Lifecycle lifecycle = new Lifecycle(
                    3,
                    new SystemPolicy(
                            SleepSettings.DEFAULT.withWakeTimeout(Lifecycle.PATIENCE),
                            new ServiceBudget(null, null, 1, Map.of()),
                            EmergencySettings.NONE))
            .with(Lifecycle.service("search").priority(Priority.HIGH))
            .with(Lifecycle.service("other"));
    private final CompletableFuture<Void> fetched = new CompletableFuture<>();

    FetchBeforePlaceTest() {
        lifecycle.runtime.fetches.put("search", fetched);
    }

    @AfterEach
    void close() {
        lifecycle.close();
    }

    private CompletableFuture<Lease> other() {
        return lifecycle.acquire("other", ClientKey.GATEWAY);
    }

    private void endOther() {
        lifecycle.manager.stop(ServiceName.of("other"), Force.NO);
    }

    @Test
    void whoeverWaitsBehindADownloadIsLetInOnceItIsSeenToBeOne() {
        CompletableFuture<Lease> slow = lifecycle.acquire();
        CompletableFuture<Lease> other = other();
        assertThat(other).isNotDone();

        lifecycle.pass(1);

        assertThat(other).isCompleted();
        assertThat(slow).isNotDone();
        assertThat(lifecycle.state()).isEqualTo(ServiceState.STARTING);
    }

    @Test
    void whatWasFetchedTakesItsPlaceInItsTurn() {
        CompletableFuture<Lease> slow = lifecycle.acquire();
        lifecycle.pass(1);
        Lease other = other().join();

        fetched.complete(null);
        lifecycle.pass(5);
        assertThat(slow).isNotDone();
        assertThat(lifecycle.runtime.starts).hasValue(1);

        other.close();
        endOther();
        assertThat(slow).isCompleted();
        assertThat(lifecycle.runtime.starts).hasValue(2);
        slow.join().close();
    }

    @Test
    void whatIsThereAlreadyKeepsItsPlaceWhileThatIsLookedAt() {
        CompletableFuture<Lease> quick = lifecycle.acquire();
        CompletableFuture<Lease> other = other();

        fetched.complete(null);
        lifecycle.pass(1);

        assertThat(quick).isCompleted();
        assertThat(other).isNotDone();
        quick.join().close();
    }

    @Test
    void whatWaitsForAPlaceIsFetchedMeanwhileOnce() {
        Lease other = other().join();
        CompletableFuture<Lease> first = lifecycle.acquire();
        CompletableFuture<Lease> second = lifecycle.acquire();
        assertThat(lifecycle.runtime.fetched).containsExactly("other", "search");

        fetched.complete(null);
        other.close();
        endOther();

        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
    }

    @Test
    void aStopWhileItWaitsForItsPlaceTakesEffectAtOnceAndALaterCallStartsIt() {
        CompletableFuture<Lease> slow = lifecycle.acquire();
        lifecycle.pass(1);
        Lease other = other().join();
        fetched.complete(null);

        CompletionStage<?> stop = lifecycle.manager.stop(NAME, Force.YES);

        assertThat(stop.toCompletableFuture()).isCompleted();
        assertThat(lifecycle.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(slow).isCompletedExceptionally();
        other.close();
        endOther();
        assertThat(lifecycle.runtime.starts).hasValue(1);
        assertThat(lifecycle.acquire()).isCompleted();
    }

    @Test
    void whoeverFindsNoPlaceAfterItsDownloadIsToldWhyAndServedLater() {
        CompletionStage<?> start = lifecycle.manager.start(NAME);
        lifecycle.pass(1);
        Lease other = other().join();
        fetched.complete(null);

        lifecycle.pass(Lifecycle.PATIENCE.toSeconds());

        assertThat(Lifecycle.failure(start))
                .hasMessageContaining("max_concurrent_services is 1")
                .extracting("code")
                .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        other.close();
        endOther();
        lifecycle.pass(1);
        assertThat(lifecycle.acquire()).isCompleted();
    }
}

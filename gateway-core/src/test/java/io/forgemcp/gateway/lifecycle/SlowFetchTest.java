package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a start needs, an image say, is fetched before it takes its turn among the starts of all services. */
class SlowFetchTest {
    private final Lifecycle lifecycle =
            new Lifecycle(1).with(Lifecycle.service("search")).with(Lifecycle.service("other"));
    private final CompletableFuture<Void> fetched = new CompletableFuture<>();

    SlowFetchTest() {
        lifecycle.runtime.fetches.put("search", fetched);
    }

    @AfterEach
    void close() {
        lifecycle.close();
    }

    @Test
    void aServiceWhoseImageIsFetchedKeepsNobodyElseFromStarting() {
        CompletableFuture<Lease> slow = lifecycle.acquire();
        CompletableFuture<Lease> other = lifecycle.acquire("other", ClientKey.GATEWAY);

        assertThat(other).isCompleted();
        assertThat(slow).isNotDone();
        assertThat(lifecycle.state()).isEqualTo(ServiceState.STARTING);
        other.join().close();
    }

    @Test
    void itsCallersAreServedOnceTheImageIsThere() {
        CompletableFuture<Lease> slow = lifecycle.acquire();

        fetched.complete(null);

        assertThat(slow).isCompleted();
        slow.join().close();
    }

    @Test
    void itThenWaitsForItsTurnLikeEverybody() {
        CompletableFuture<Void> startOfTheOther = new CompletableFuture<>();
        lifecycle.runtime.startGate = startOfTheOther;
        CompletableFuture<Lease> other = lifecycle.acquire("other", ClientKey.GATEWAY);
        CompletableFuture<Lease> slow = lifecycle.acquire();

        fetched.complete(null);

        assertThat(lifecycle.runtime.starts).hasValue(1);
        startOfTheOther.complete(null);
        assertThat(slow).isCompleted();
        slow.join().close();
        other.join().close();
    }

    @Test
    void aFetchThatFailsIsTheReasonForWhichTheStartFails() {
        fetched.completeExceptionally(new GatewayException(ErrorCode.SERVICE_UNAVAILABLE, "Its image is missing."));

        assertThat(Lifecycle.failure(lifecycle.acquire())).hasMessage("Its image is missing.");
        assertThat(lifecycle.state()).isEqualTo(ServiceState.ERROR);
        assertThat(lifecycle.runtime.starts).hasValue(0);
    }

    @Test
    void aFetchThatTakesTooLongFailsTheStartAndSaysSo() {
        CompletionStage<?> start = lifecycle.manager.start(NAME);

        lifecycle.pass(120);

        assertThat(Lifecycle.failure(start))
                .hasMessageContaining("search")
                .hasMessageContaining("has not been fetched after 120000 ms");
    }

    @Test
    void aServiceThatIsStoppedMeanwhileIsStoppedAtOnceAndNeverStarted() {
        CompletableFuture<Lease> slow = lifecycle.acquire();

        CompletionStage<?> stop = lifecycle.manager.stop(NAME, Force.YES);

        assertThat(stop.toCompletableFuture()).isCompleted();
        assertThat(lifecycle.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(slow).isCompletedExceptionally();
        fetched.complete(null);
        assertThat(lifecycle.runtime.starts).hasValue(0);
    }

    @Test
    void tooManyStartsThatWaitForTheirTurnAfterwardsAreRefused() {
        lifecycle.runtime.startGate = new CompletableFuture<>();
        CompletableFuture<Lease> slow = lifecycle.acquire();
        for (String name : new String[] {"first", "second", "third"}) {
            lifecycle.with(Lifecycle.service(name));
        }
        lifecycle.acquire("other", ClientKey.GATEWAY);
        for (String name : new String[] {"first", "second", "third"}) {
            lifecycle.manager.start(ServiceName.of(name));
        }

        fetched.complete(null);

        assertThat(Lifecycle.failure(slow)).hasMessageContaining("too many starts are waiting");
        lifecycle.runtime.startGate.complete(null);
    }
}

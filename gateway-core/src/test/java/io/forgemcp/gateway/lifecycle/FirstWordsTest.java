package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static io.forgemcp.gateway.lifecycle.Lifecycle.failure;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.UpstreamTarget;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A start by command is over when the server has spoken, not when its process is there. */
class FirstWordsTest {
    private final Lifecycle on = new Lifecycle();
    private final AtomicInteger asked = new AtomicInteger();
    private CompletableFuture<Void> words = new CompletableFuture<>();
    private boolean beginning;

    @BeforeEach
    void register() {
        on.manager.healthProbe(new HealthProbe() {
            @Override
            public CompletionStage<Void> check(UpstreamTarget target) {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<Void> firstWords(UpstreamTarget target) {
                asked.incrementAndGet();
                return words;
            }

            @Override
            public boolean isBeginning(UpstreamTarget target) {
                return beginning;
            }
        });
        on.with(service("search"));
    }

    @AfterEach
    void close() {
        on.close();
    }

    private void dies() {
        words.completeExceptionally(new GatewayException(
                ErrorCode.OUTCOME_UNKNOWN, "The server ended (exit status 3, last line: TOKEN is missing)."));
    }

    /** Its time for the handshake is over. */
    private void isSilent() {
        words.completeExceptionally(
                new GatewayException(ErrorCode.WAKE_TIMEOUT, "It did not finish the MCP handshake within 60000 ms."));
    }

    @Test
    void aServerThatEndsBeforeItSpeaksFailsTheStartWithItsLastLine() {
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        assertThat(start.toCompletableFuture()).isNotDone();
        dies();
        assertThat(failure(start).code()).isEqualTo(ErrorCode.SERVICE_START_FAILED);
        assertThat(failure(start)).hasMessageContaining("search").hasMessageContaining("TOKEN is missing");
    }

    @Test
    void oneThatIsNotAskedBecauseItHasFailedTooOftenIsNotSaidToRun() {
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        words.completeExceptionally(new GatewayException(ErrorCode.CIRCUIT_OPEN, "It is left alone for 10 s."));
        assertThat(failure(start).code()).isEqualTo(ErrorCode.CIRCUIT_OPEN);
    }

    @Test
    void oneThatWantsCredentialsHasAnswered() {
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        words.completeExceptionally(new GatewayException(ErrorCode.UPSTREAM_REFUSED, "It wants a token."));
        assertThat(start.toCompletableFuture().join().state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void aServerThatAnswersIsRunning() {
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        words.complete(null);
        assertThat(start.toCompletableFuture().join().state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void oneThatSaysNothingIsEndedAndTheStartSaysSoWhenACallWouldHaveFailedToo() {
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        on.pass(59);
        assertThat(start.toCompletableFuture()).isNotDone();
        assertThat(on.runtime.alive()).isOne();
        isSilent();
        assertThat(failure(start).code()).isEqualTo(ErrorCode.WAKE_TIMEOUT);
        assertThat(failure(start)).hasMessageContaining("60000 ms").hasMessageContaining("wake_timeout");
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        assertThat(on.status().errorMessage()).contains("did not finish the MCP handshake within 60000 ms");
        assertThat(on.runtime.alive()).isZero();
        on.pass(600);
        assertThat(on.state()).as("nobody wants it").isEqualTo(ServiceState.ERROR);
    }

    @Test
    void theNextStartOfASilentOneWaitsForTheFirstWordsAgain() {
        on.manager.start(NAME);
        Lease asked = on.acquire().join();
        isSilent();
        assertThat(on.manager.stop(NAME, Force.NO).toCompletableFuture().join().state())
                .as("whoever waited for it is not in its way")
                .isEqualTo(ServiceState.STOPPED);
        asked.close();
        words = new CompletableFuture<>();
        CompletionStage<ServiceStatus> second = on.manager.start(NAME);
        assertThat(second.toCompletableFuture()).isNotDone();
        isSilent();
        assertThat(failure(second).code()).isEqualTo(ErrorCode.WAKE_TIMEOUT);
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
    }

    @Test
    void aStartOfOneThatACallIsStartingWaitsForItsFirstWordsToo() {
        on.runtime.startGate = new CompletableFuture<>();
        on.acquire();
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        on.runtime.startGate.complete(null);
        CompletionStage<ServiceStatus> later = on.manager.start(NAME);
        assertThat(start.toCompletableFuture()).isNotDone();
        assertThat(later.toCompletableFuture()).isNotDone();
        words.complete(null);
        assertThat(start.toCompletableFuture().join().state()).isEqualTo(ServiceState.RUNNING);
        assertThat(later.toCompletableFuture().join().state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void aStartThatIsNotAnsweredByWhatRanBeforeFailsAndLeavesItToThoseWhoUseIt() {
        on.acquire();
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        isSilent();
        assertThat(failure(start).code()).isEqualTo(ErrorCode.WAKE_TIMEOUT);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void oneThatHasNotSpokenYetIsStoppedAlthoughCallsWaitForIt() {
        beginning = true;
        Lease call = on.acquire().join();
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        assertThat(on.manager.stop(NAME, Force.NO).toCompletableFuture().join().state())
                .isEqualTo(ServiceState.STOPPED);
        words.completeExceptionally(new GatewayException(ErrorCode.UPSTREAM_UNREACHABLE, "It ended: asked to stop."));
        assertThat(failure(start).code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(failure(start)).hasMessageContaining("search").hasMessageContaining("was stopped before");
        call.close();
    }

    @Test
    void oneThatHasNotSpokenYetIsRestartedAlthoughCallsWaitForIt() {
        beginning = true;
        Lease call = on.acquire().join();
        words.complete(null);
        assertThat(on.manager.restart(NAME).toCompletableFuture().join().state())
                .isEqualTo(ServiceState.RUNNING);
        assertThat(on.runtime.starts).hasValue(2);
        call.close();
    }

    @Test
    void oneThatHasNotSpokenYetIsEndedInsteadOfFrozenAlthoughCallsWaitForItWhoAreToldThatItWasStopped() {
        beginning = true;
        Lease call = on.acquire().join();
        assertThat(on.manager
                        .sleep(NAME, Force.YES)
                        .toCompletableFuture()
                        .join()
                        .state())
                .isEqualTo(ServiceState.STOPPED);
        assertThat(on.runtime.alive()).isZero();
        call.close();
        GatewayException told = failure(on.manager.acquireAgain(NAME, ClientKey.GATEWAY, Duration.ofSeconds(30), null));
        assertThat(told).hasMessageContaining("search").hasMessageContaining("was stopped. Call again");
        assertThat(on.runtime.starts).as("nobody starts it again unasked").hasValue(1);
        assertThat(on.acquire()).isCompleted();
    }

    @Test
    void oneThatHasSpokenIsNotPutToSleepWhileCallsAreInFlight() {
        Lease call = on.acquire().join();
        assertThat(failure(on.manager.sleep(NAME, Force.YES)))
                .hasMessageContaining("calls or streams in flight: 1")
                .extracting(GatewayException::code)
                .isEqualTo(ErrorCode.ILLEGAL_TRANSITION);
        assertThat(on.manager.inFlight(NAME)).isOne();
        call.close();
        assertThat(on.manager.inFlight(NAME)).isZero();
    }

    @Test
    void oneThatHasNotSpokenYetIsRemovedAtOnceAlthoughCallsWaitForIt() {
        beginning = true;
        Lease call = on.acquire().join();
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        assertThat(on.manager.inFlight(NAME)).isZero();
        assertThat(on.manager.remove(NAME)).isCompleted();
        assertThat(on.runtime.alive()).isZero();
        dies();
        assertThat(failure(start).code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(failure(start)).hasMessageContaining("was removed before");
        call.close();
    }

    @Test
    void theStartOfOneThatIsRestartedBeforeItHasSpokenSaysSo() {
        beginning = true;
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        CompletableFuture<Void> first = words;
        words = new CompletableFuture<>();
        CompletionStage<ServiceStatus> restart = on.manager.restart(NAME);
        first.completeExceptionally(
                new GatewayException(ErrorCode.UPSTREAM_UNREACHABLE, "It has ended: asked to restart."));
        assertThat(failure(start).code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(failure(start)).hasMessageContaining("search").hasMessageContaining("was restarted before");
        words.complete(null);
        assertThat(restart.toCompletableFuture().join().state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void aStartThatIsToldThatItRunsOnlyWhenARestartHasBegunSaysSoToo() {
        ArrayDeque<Runnable> later = new ArrayDeque<>();
        on.executor = later::addLast;
        CompletionStage<ServiceStatus> start = on.manager.start(NAME);
        while (on.state() != ServiceState.RUNNING) {
            later.removeFirst().run();
        }
        on.runtime.stopGate = new CompletableFuture<>();
        on.manager.restart(NAME);
        while (on.state() != ServiceState.STOPPING) {
            later.removeLast().run();
        }
        on.executor = Runnable::run;
        while (!later.isEmpty()) {
            later.removeFirst().run();
        }
        assertThat(failure(start).code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(failure(start)).hasMessageContaining("was restarted before");
        on.runtime.stopGate.complete(null);
    }

    @Test
    void oneThatHasSpokenIsNotStoppedWhileCallsAreInFlight() {
        Lease call = on.acquire().join();
        assertThat(failure(on.manager.stop(NAME, Force.NO)))
                .hasMessageContaining("calls or streams in flight: 1")
                .extracting(GatewayException::code)
                .isEqualTo(ErrorCode.ILLEGAL_TRANSITION);
        call.close();
    }

    @Test
    void aCommandDoesNotWaitForThoseWhoseServerIsBeingEnded() {
        Lease call = on.acquire().join();
        on.runtime.stopGate = new CompletableFuture<>();
        on.manager.noteSilence(call.target().instance(), "It said nothing.");
        assertThat(on.state()).isEqualTo(ServiceState.STOPPING);
        CompletionStage<ServiceStatus> stop = on.manager.stop(NAME, Force.NO);
        on.runtime.stopGate.complete(null);
        assertThat(stop.toCompletableFuture().join().state()).isEqualTo(ServiceState.STOPPED);
        call.close();
    }

    @Test
    void aServerThatDidNotFinishTheHandshakeForACallIsInErrorWithTheReason() {
        Lease call = on.acquire().join();
        on.manager.noteSilence(call.target().instance(), "It did not finish the MCP handshake.");
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        assertThat(on.status().errorMessage()).contains("did not finish the MCP handshake");
        call.close();
    }

    @Test
    void aRestartIsOverWhenTheNewInstanceHasSpoken() {
        words.complete(null);
        on.manager.start(NAME).toCompletableFuture().join();
        words = new CompletableFuture<>();
        CompletionStage<ServiceStatus> restart = on.manager.restart(NAME);
        assertThat(restart.toCompletableFuture()).isNotDone();
        dies();
        assertThat(failure(restart).code()).isEqualTo(ErrorCode.SERVICE_START_FAILED);
    }

    @Test
    void callsDoNotWaitForIt() {
        on.use();
        assertThat(asked).hasValue(0);
        on.manager.stop(NAME, Force.NO).toCompletableFuture().join();
        on.manager.start(NAME);
        assertThat(on.acquire()).isCompleted();
    }

    @Test
    void oneThatSleepsIsNotAsked() {
        words.complete(null);
        on.use();
        on.manager.start(NAME).toCompletableFuture().join();
        on.pass(300);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        int before = asked.get();
        assertThat(on.manager.start(NAME).toCompletableFuture().join().state()).isEqualTo(ServiceState.RUNNING);
        assertThat(asked).hasValue(before);
    }
}

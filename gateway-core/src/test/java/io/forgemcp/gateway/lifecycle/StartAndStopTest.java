package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static io.forgemcp.gateway.lifecycle.Lifecycle.failure;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class StartAndStopTest {
    @Test
    void everyChangeIsRememberedAndTold() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.manager.stop(NAME, Force.NO).toCompletableFuture().join();
            assertThat(on.manager.transitions(NAME))
                    .extracting(step -> step.from().label() + "-" + step.to().label())
                    .containsExactly("stopped-starting", "starting-running", "running-stopping", "stopping-stopped");
            assertThat(on.events.stream().filter(ServiceStateChanged.class::isInstance))
                    .hasSize(4);
            assertThat(on.events.stream().filter(InstanceEnded.class::isInstance))
                    .hasSize(1);
        }
    }

    @Test
    void theStatusNamesTheRuntimeAndTheInstance() {
        try (Lifecycle on = Lifecycle.withService();
                Lease lease = on.acquire().join()) {
            assertThat(on.status().runtime()).isEqualTo("fake");
            assertThat(on.status().instances()).hasSize(1);
            assertThat(on.status().inFlight()).isEqualTo(1);
            assertThat(on.status().memoryBytes()).isEqualTo(1000L);
            assertThat(on.status().cpuPercent()).isNull();
            on.pass(1);
            assertThat(on.status().cpuPercent()).isZero();
            assertThat(on.status().uptime()).isEqualTo(Duration.ofSeconds(1));
            assertThat(on.status().lastAccessed()).isNull();
            lease.close();
            assertThat(on.status().lastAccessed()).isEqualTo(on.timers.now());
        }
    }

    @Test
    void manyCallersOfAStoppedServiceShareOneStart() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.runtime.startGate = new CompletableFuture<>();
            List<CompletableFuture<Lease>> calls =
                    java.util.stream.Stream.generate(on::acquire).limit(100).toList();
            assertThat(calls).noneMatch(CompletableFuture::isDone);
            on.runtime.startGate.complete(null);
            assertThat(calls).allMatch(CompletableFuture::isDone);
            assertThat(on.runtime.starts).hasValue(1);
            assertThat(on.status().inFlight()).isEqualTo(100);
        }
    }

    @Test
    void aCallerThatWaitsTooLongIsToldSoWhileTheStartGoesOn() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.runtime.startGate = new CompletableFuture<>();
            CompletionStage<Lease> call = on.manager.acquire(NAME, ClientKey.GATEWAY, Duration.ofSeconds(5));
            on.pass(5);
            assertThat(failure(call))
                    .hasMessageContaining("search")
                    .hasMessageContaining("5000 ms")
                    .extracting("code")
                    .isEqualTo(ErrorCode.WAKE_TIMEOUT);
            on.runtime.startGate.complete(null);
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            assertThat(on.status().inFlight()).isZero();
        }
    }

    @Test
    void aCallerThatGivesUpTakesNoLeaseAndDoesNotEndTheStart() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.runtime.startGate = new CompletableFuture<>();
            CompletableFuture<Lease> impatient = on.acquire();
            CompletableFuture<Lease> patient = on.acquire();
            impatient.cancel(true);
            on.runtime.startGate.complete(null);
            assertThat(patient).isCompleted();
            assertThat(on.status().inFlight()).isEqualTo(1);
        }
    }

    @Test
    void aFailedStartTellsEveryCallerWhyAndIsTriedAgainAfterABackOff() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.runtime.failStarts("no such image");
            assertThat(failure(on.acquire())).hasMessageContaining("no such image");
            assertThat(on.status().errorMessage()).contains("no such image");
            CompletionStage<Lease> hasty = on.manager.acquire(NAME, ClientKey.GATEWAY, Duration.ofMillis(500));
            assertThat(failure(hasty)).extracting("code").isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            CompletableFuture<Lease> patient = on.acquire();
            on.runtime.startGate = null;
            on.pass(1);
            assertThat(patient).isCompleted();
            assertThat(on.status().errorMessage()).isNull();
            assertThat(on.runtime.starts).hasValue(2);
        }
    }

    @Test
    void theBackOffDoublesWithEachFailureUpToItsLimitAndBeginsAnewAfterALongRun() {
        ManualTimers timers = new ManualTimers();
        BackOff backOff = new BackOff(LifecycleSettings.defaults(), timers, new Mailbox(Runnable::run), () -> {});
        assertThat(backOff.failed(Duration.ZERO)).isEqualTo(Duration.ofMillis(250));
        assertThat(backOff.failed(Duration.ZERO)).isEqualTo(Duration.ofMillis(500));
        for (int i = 0; i < 100; i++) {
            backOff.failed(Duration.ZERO);
        }
        assertThat(backOff.failed(Duration.ZERO)).isEqualTo(Duration.ofSeconds(60));
        timers.advance(Duration.ofNanos(7));
        assertThat(backOff.failed(Duration.ofSeconds(30))).isEqualTo(Duration.ofMillis(250));
        assertThat(backOff.retryAt()).isEqualTo(7 + 250_000_000);
    }

    @Test
    void aServiceWhoseEngineIsAwayIsTriedAgainWithinTwoSecondsOfItsReturn() {
        BackOff backOff =
                new BackOff(LifecycleSettings.defaults(), new ManualTimers(), new Mailbox(Runnable::run), () -> {});
        GatewayException away = new GatewayException(ErrorCode.SERVICE_UNAVAILABLE, "no engine answers");
        for (int i = 0; i < 100; i++) {
            assertThat(backOff.startFailed(away)).isLessThanOrEqualTo(Duration.ofSeconds(2));
        }
        GatewayException broken = new GatewayException(ErrorCode.SERVICE_START_FAILED, "it ended at once");
        assertThat(backOff.startFailed(broken)).isEqualTo(Duration.ofSeconds(2));
        assertThat(backOff.startFailed(broken)).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void whoCannotWaitForTheRestAndTheStartAfterItIsToldAtOnce() {
        try (Lifecycle on = Lifecycle.withService()) {
            CompletableFuture<Void> gate = new CompletableFuture<>();
            on.runtime.startGate = gate;
            CompletableFuture<Lease> first = on.acquire();
            on.pass(5);
            gate.complete(null);
            first.join().close();
            on.runtime.last().crash("gone");
            CompletionStage<Lease> hasty = on.manager.acquire(NAME, ClientKey.GATEWAY, Duration.ofSeconds(5));
            assertThat(failure(hasty)).hasMessageContaining("is tried again in");
            CompletionStage<Lease> patient = on.manager.acquire(NAME, ClientKey.GATEWAY, Duration.ofSeconds(7));
            assertThat(patient.toCompletableFuture()).isNotDone();
            on.pass(1);
            assertThat(patient.toCompletableFuture()).isCompleted();
        }
    }

    @Test
    void anOperatorsStartDoesNotWaitForTheBackOff() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.runtime.failStarts("not yet");
            assertThat(failure(on.manager.start(NAME))).hasMessageContaining("not yet");
            on.runtime.startGate = null;
            assertThat(on.manager.start(NAME).toCompletableFuture().join().state())
                    .isEqualTo(ServiceState.RUNNING);
        }
    }

    @Test
    void anInstanceThatEndsOnItsOwnIsAnErrorAndTheNextCallStartsAnother() {
        try (Lifecycle on = Lifecycle.withService()) {
            Lease lease = on.acquire().join();
            on.runtime.last().crash("exit status 7, last line: out of cheese");
            assertThat(on.state()).isEqualTo(ServiceState.ERROR);
            assertThat(on.status().errorMessage()).contains("exit status 7").contains("out of cheese");
            assertThat(on.events.stream().filter(InstanceEnded.class::isInstance))
                    .hasSize(1);
            on.pass(1);
            Lease next = on.acquire().join();
            assertThat(next.target().instance().number()).isEqualTo(2);
            lease.close();
            assertThat(on.status().inFlight()).isEqualTo(1);
            next.close();
        }
    }

    @Test
    void anInstanceThatEndsWhileStartingFailsTheStart() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.runtime.startGate = new CompletableFuture<>();
            CompletableFuture<Lease> call = on.acquire();
            on.runtime.startGate.completeExceptionally(new IllegalStateException("boom"));
            assertThat(failure(call))
                    .hasMessageContaining("boom")
                    .extracting("code")
                    .isEqualTo(ErrorCode.SERVICE_START_FAILED);
        }
    }

    @Test
    void aStartThatNeverEndsFailsAfterItsLimitAndALateInstanceIsStopped() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.runtime.startGate = new CompletableFuture<>();
            CompletionStage<Lease> call = on.manager.acquire(NAME, ClientKey.GATEWAY, Duration.ofHours(1));
            on.pass(120);
            assertThat(failure(call)).hasMessageContaining("120000 ms");
            assertThat(on.state()).isEqualTo(ServiceState.ERROR);
            on.runtime.startGate.complete(null);
            assertThat(on.runtime.alive()).isZero();
            assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        }
    }

    @Test
    void aStopDuringAStartEndsWhatArrives() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.runtime.startGate = new CompletableFuture<>();
            CompletableFuture<Lease> call = on.acquire();
            CompletionStage<ServiceStatus> stop = on.manager.stop(NAME, Force.NO);
            assertThat(failure(call)).hasMessageContaining("was stopped");
            assertThat(on.state()).isEqualTo(ServiceState.STOPPING);
            on.runtime.startGate.complete(null);
            assertThat(stop.toCompletableFuture().join().state()).isEqualTo(ServiceState.STOPPED);
            assertThat(on.runtime.alive()).isZero();
        }
    }

    @Test
    void aCallThatComesDuringAStopIsServedByTheNextInstance() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.runtime.stopGate = new CompletableFuture<>();
            CompletionStage<ServiceStatus> stop = on.manager.stop(NAME, Force.NO);
            CompletableFuture<Lease> call = on.acquire();
            on.runtime.stopGate.complete(null);
            assertThat(stop.toCompletableFuture()).isCompleted();
            assertThat(call).isCompleted();
            assertThat(call.join().target().instance().number()).isEqualTo(2);
        }
    }

    @Test
    void aStopIsRefusedUnderACallInFlightAndTheServiceGoesOn() {
        try (Lifecycle on = Lifecycle.withService();
                Lease lease = on.acquire().join()) {
            assertThat(failure(on.manager.stop(NAME, Force.NO)))
                    .hasMessageContaining("in flight: 1")
                    .extracting("code")
                    .isEqualTo(ErrorCode.ILLEGAL_TRANSITION);
            assertThat(failure(on.manager.restart(NAME))).hasMessageContaining("restart");
            assertThat(on.acquire()).isCompleted();
        }
    }

    @Test
    void aForcedStopLetsCallsInFlightEndAndNewOnesWait() {
        try (Lifecycle on = Lifecycle.withService()) {
            Lease lease = on.acquire().join();
            CompletionStage<ServiceStatus> stop = on.manager.stop(NAME, Force.YES);
            CompletableFuture<Lease> late = on.acquire();
            assertThat(stop.toCompletableFuture()).isNotDone();
            assertThat(late).isNotDone();
            lease.close();
            assertThat(stop.toCompletableFuture().join().state()).isEqualTo(ServiceState.STOPPED);
            assertThat(failure(late)).hasMessageContaining("was stopped");
        }
    }

    @Test
    void aForcedStopIsRefusedIfCallsDoNotEndInTime() {
        try (Lifecycle on = Lifecycle.withService();
                Lease lease = on.acquire().join()) {
            CompletionStage<ServiceStatus> stop = on.manager.stop(NAME, Force.YES);
            CompletableFuture<Lease> late = on.acquire();
            on.pass(10);
            assertThat(failure(stop)).hasMessageContaining("still in flight");
            assertThat(late).isCompleted();
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        }
    }

    @Test
    void aRestartServesWhoeverCallsMeanwhile() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.runtime.stopGate = new CompletableFuture<>();
            CompletionStage<ServiceStatus> restart = on.manager.restart(NAME);
            CompletableFuture<Lease> call = on.acquire();
            on.runtime.stopGate.complete(null);
            assertThat(restart.toCompletableFuture().join().state()).isEqualTo(ServiceState.RUNNING);
            assertThat(call).isCompleted();
            assertThat(on.runtime.starts).hasValue(2);
        }
    }

    @Test
    void theImportantStartFirstAndOnlySoManyAtOnce() {
        try (Lifecycle on = new Lifecycle(1)
                .with(service("first").priority(Priority.LOW))
                .with(service("low").priority(Priority.LOW))
                .with(service("normal"))
                .with(service("critical").priority(Priority.CRITICAL))) {
            on.runtime.startGate = new CompletableFuture<>();
            for (String name : List.of("first", "low", "normal", "critical")) {
                assertThat(on.acquire(name, ClientKey.GATEWAY)).isNotDone();
            }
            assertThat(on.runtime.starts).hasValue(1);
            on.runtime.startGate.complete(null);
            assertThat(on.runtime.instances)
                    .extracting(instance -> instance.id().service().value())
                    .containsExactly("first", "critical", "normal", "low");
        }
    }

    @Test
    void tooManyWaitingStartsAreRefused() {
        try (Lifecycle on = new Lifecycle(1)) {
            on.runtime.startGate = new CompletableFuture<>();
            for (int i = 0; i < 4; i++) {
                on.with(service("s" + i));
                assertThat(on.acquire("s" + i, ClientKey.GATEWAY)).isNotDone();
            }
            on.with(service("s4"));
            assertThat(failure(on.acquire("s4", ClientKey.GATEWAY)))
                    .hasMessageContaining("too many")
                    .extracting("code")
                    .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            on.runtime.startGate.complete(null);
        }
    }

    @Test
    void aServiceThatCannotBeUsedSaysWhyAndIsNeverStarted() {
        try (Lifecycle on = new Lifecycle().with(service("search").unavailable("variable GITHUB_TOKEN is not set"))) {
            assertThat(failure(on.acquire())).hasMessageContaining("GITHUB_TOKEN");
            assertThat(failure(on.manager.start(NAME))).hasMessageContaining("GITHUB_TOKEN");
            assertThat(on.status().errorMessage()).contains("GITHUB_TOKEN");
            assertThat(on.runtime.starts).hasValue(0);
        }
    }

    @Test
    void unknownAndDoubledNamesAreRefused() {
        try (Lifecycle on = Lifecycle.withService()) {
            assertThat(failure(on.acquire("other", ClientKey.GATEWAY)))
                    .extracting("code")
                    .isEqualTo(ErrorCode.UNKNOWN_SERVICE);
            assertThatThrownBy(() -> on.with(service("SEARCH"))).hasMessageContaining("twice");
            assertThat(on.manager.status(ServiceName.of("other"))).isEmpty();
        }
    }

    @Test
    void aRemovedServiceLetsItsCallsEndAndIsGone() {
        try (Lifecycle on = Lifecycle.withService()) {
            Lease lease = on.acquire().join();
            CompletionStage<Void> removal = on.manager.remove(NAME);
            assertThat(failure(on.acquire())).extracting("code").isEqualTo(ErrorCode.UNKNOWN_SERVICE);
            assertThat(removal.toCompletableFuture()).isNotDone();
            lease.close();
            assertThat(removal.toCompletableFuture()).isCompleted();
            assertThat(on.runtime.alive()).isZero();
            assertThat(on.lastReason()).isEqualTo("no longer offered");
            on.with(service("search"));
            on.use();
        }
    }

    @Test
    void closingEndsEverythingAndRefusesNewCalls() {
        Lifecycle on = Lifecycle.withService();
        on.use();
        on.close();
        assertThat(on.runtime.alive()).isZero();
        assertThat(on.runtime.closed).isTrue();
        assertThat(on.lastReason()).isEqualTo("the gateway closes");
        assertThat(failure(on.acquire())).extracting("code").isEqualTo(ErrorCode.SHUTTING_DOWN);
        assertThat(on.timers.waiting()).isZero();
    }
}

package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Hears whether instances that were started by command speak MCP: a process or container runs as soon as it is there, also
 * one that ends at once because a setting is missing. Calls do not wait for this: their own first message tells them.
 */
final class FirstWords {
    /** What shows that it does not work; anything else is an answer. */
    private static final Set<ErrorCode> DEAD =
            Set.of(ErrorCode.UPSTREAM_UNREACHABLE, ErrorCode.UPSTREAM_PROTOCOL, ErrorCode.OUTCOME_UNKNOWN);

    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final BiConsumer<InstanceId, String> silence;

    /** @param silence told of every instance that says nothing, which is then to be ended, and why */
    FirstWords(ServiceDefinition service, LifecycleScope scope, BiConsumer<InstanceId, String> silence) {
        this.service = service;
        this.scope = scope;
        this.silence = silence;
    }

    /**
     * Completes when all that run have answered; fails with {@link ErrorCode#SERVICE_START_FAILED} if one cannot answer, and
     * with {@link ErrorCode#WAKE_TIMEOUT} if one has not within the timeout of the service's health check.
     */
    CompletionStage<Void> of(List<Slot> slots) {
        HealthProbe probe = scope.controls().probe();
        if (probe == null || service.launch() instanceof Launch.Java || service.launch() instanceof Launch.Remote) {
            return CompletableFuture.completedFuture(null);
        }
        List<Slot> running = slots.stream()
                .filter(slot -> slot.here().view().state() == ServiceState.RUNNING)
                .toList();
        String error = running.isEmpty() ? error(slots) : null;
        // It may have ended while those who wait for it were being told that it is there.
        return error == null
                ? CompletableFuture.allOf(
                        running.stream().map(slot -> of(slot, probe)).toArray(CompletableFuture[]::new))
                : CompletableFuture.failedFuture(new GatewayException(ErrorCode.SERVICE_START_FAILED, error));
    }

    private static @Nullable String error(List<Slot> slots) {
        for (Slot slot : slots) {
            String error = slot.here().view().error();
            if (error != null) {
                return error;
            }
        }
        return null;
    }

    private CompletableFuture<Void> of(Slot slot, HealthProbe probe) {
        LiveInstance live = slot.here().view().live();
        if (live == null) {
            // It has ended since it was seen to run.
            String end = error(List.of(slot));
            return end == null
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(new GatewayException(ErrorCode.SERVICE_START_FAILED, end));
        }
        CompletableFuture<Void> heard = new CompletableFuture<>();
        Duration patience = service.healthCheck().timeout();
        Timers.Cancellable slow = scope.timers().schedule(patience, () -> {
            GatewayException silent = silent(patience);
            if (heard.completeExceptionally(silent)) {
                silence.accept(live.target().instance(), String.valueOf(silent.getMessage()));
            }
        });
        scope.runtimes().call("probe", () -> probe.check(live.target())).whenComplete((well, failure) -> {
            slow.cancel();
            if (failure != null
                    && GatewayException.unwrap(failure) instanceof GatewayException known
                    && DEAD.contains(known.code())) {
                heard.completeExceptionally(failed(slot, known));
            } else {
                heard.complete(null);
            }
        });
        return heard;
    }

    private GatewayException silent(Duration patience) {
        return new GatewayException(
                ErrorCode.WAKE_TIMEOUT,
                "Service " + service.name() + " was started, did not answer the first message of MCP within "
                        + patience.toMillis()
                        + " ms, and was ended. See its log, and raise health_check.timeout if it is only slow to come up.");
    }

    /** How it ended says more than that it cannot be spoken to. */
    private GatewayException failed(Slot slot, GatewayException silence) {
        String end = error(List.of(slot));
        return new GatewayException(
                ErrorCode.SERVICE_START_FAILED,
                end == null
                        ? "Service " + service.name() + " was started but does not speak MCP: " + silence.getMessage()
                        : end,
                silence);
    }
}

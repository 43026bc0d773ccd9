package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hears whether instances that a command was to start speak MCP: a process or container runs as soon as it is there, also
 * one that ends at once because a setting is missing. They may take as long for that as for a call, which does not wait for
 * this: its own first message tells it.
 */
final class FirstWords {
    /** What shows that it does not work; anything else is an answer. */
    private static final Set<ErrorCode> DEAD =
            Set.of(ErrorCode.UPSTREAM_UNREACHABLE, ErrorCode.UPSTREAM_PROTOCOL, ErrorCode.OUTCOME_UNKNOWN);

    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final Supplier<@Nullable String> endedByOrder;
    private final BiConsumer<InstanceId, String> silence;
    private final ServiceFailures failures;

    /**
     * @param endedByOrder what a command has done meanwhile to what the other one had started; null if none has ended it
     * @param silence told of every instance that says nothing, which is then to be ended, and why
     */
    FirstWords(
            ServiceDefinition service,
            LifecycleScope scope,
            Supplier<@Nullable String> endedByOrder,
            BiConsumer<InstanceId, String> silence) {
        this.service = service;
        this.scope = scope;
        this.endedByOrder = endedByOrder;
        this.silence = silence;
        this.failures = new ServiceFailures(service.name());
    }

    /**
     * Completes when all that run have answered; fails with {@link ErrorCode#SERVICE_START_FAILED} if one cannot answer, with
     * {@link ErrorCode#WAKE_TIMEOUT} if one has not in its time, with {@link ErrorCode#SERVICE_UNAVAILABLE} if it was
     * ended by order before, and with {@link ErrorCode#CIRCUIT_OPEN} if it is not asked now.
     */
    CompletionStage<Void> of(List<Slot> slots) {
        HealthProbe probe = scope.controls().probe();
        if (probe == null || service.launch() instanceof Launch.Java || service.launch() instanceof Launch.Remote) {
            return CompletableFuture.completedFuture(null);
        }
        List<Slot> running = slots.stream()
                .filter(slot -> slot.here().view().state() == ServiceState.RUNNING)
                .toList();
        // It may have ended while those who wait for it were being told that it is there.
        return running.isEmpty()
                ? gone(slots)
                : CompletableFuture.allOf(
                        running.stream().map(slot -> of(slot, probe)).toArray(CompletableFuture[]::new));
    }

    /** None of them runs any more: there is nobody to be heard. */
    private CompletableFuture<Void> gone(List<Slot> slots) {
        String error = error(slots);
        if (error != null) {
            return CompletableFuture.failedFuture(new GatewayException(ErrorCode.SERVICE_START_FAILED, error));
        }
        GatewayException order = endedByOrder();
        return order == null ? CompletableFuture.completedFuture(null) : CompletableFuture.failedFuture(order);
    }

    private @Nullable GatewayException endedByOrder() {
        String what = endedByOrder.get();
        return what == null ? null : failures.unavailable(what + " before it had answered its first message");
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
            return gone(List.of(slot));
        }
        CompletableFuture<Void> heard = new CompletableFuture<>();
        scope.runtimes().call("probe", () -> probe.firstWords(live.target())).whenComplete((well, failure) -> {
            if (failure == null || !(GatewayException.unwrap(failure) instanceof GatewayException known)) {
                heard.complete(null);
            } else if (known.code() == ErrorCode.WAKE_TIMEOUT) {
                silence.accept(live.target().instance(), String.valueOf(known.getMessage()));
                heard.completeExceptionally(silent(known));
            } else if (known.code() == ErrorCode.CIRCUIT_OPEN) {
                // It has failed so often that it is not even asked now: nobody knows whether it speaks.
                heard.completeExceptionally(known);
            } else if (DEAD.contains(known.code())) {
                heard.completeExceptionally(failed(slot, known));
            } else {
                heard.complete(null);
            }
        });
        return heard;
    }

    private static GatewayException silent(GatewayException why) {
        return new GatewayException(
                ErrorCode.WAKE_TIMEOUT,
                why.getMessage() + " See its log, and raise wake_timeout if it is only slow to come up.",
                why);
    }

    /** How it ended says more than that it cannot be spoken to. */
    private GatewayException failed(Slot slot, GatewayException silence) {
        GatewayException order = endedByOrder();
        if (order != null) {
            return order;
        }
        String end = error(List.of(slot));
        return new GatewayException(
                ErrorCode.SERVICE_START_FAILED,
                end == null
                        ? "Service " + service.name() + " was started but does not speak MCP: " + silence.getMessage()
                        : end,
                silence);
    }
}

package io.forgemcp.server.rest;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How long whoever gives a command waits for its end: for {@code wake_timeout}, as calls do. Thread-safe. */
public final class CommandWait {
    /** A server has {@code wake_timeout} for its first words, from when it is there: that they did not come is to be told. */
    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    private final ServiceManager services;
    private final Timers timers;

    public CommandWait(ServiceManager services, Timers timers) {
        this.services = services;
        this.timers = timers;
    }

    /**
     * The outcome of the change, or {@code WAKE_TIMEOUT} if it takes too long. The change goes on; only the caller stops
     * waiting.
     *
     * @param command what was asked for, {@code start} for example
     */
    public CompletionStage<ServiceStatus> of(String command, ServiceName name, CompletionStage<ServiceStatus> change) {
        CompletableFuture<ServiceStatus> waited = new CompletableFuture<>();
        Duration patience = services.sleepSettings().wakeTimeout();
        Timers.Cancellable deadline = timers.schedule(
                patience.plus(LAST_WORD), () -> waited.completeExceptionally(tooLong(command, name, patience)));
        change.whenComplete((status, failure) -> {
            deadline.cancel();
            if (failure == null) {
                waited.complete(status);
            } else {
                waited.completeExceptionally(failure);
            }
        });
        return waited;
    }

    private GatewayException tooLong(String command, ServiceName name, Duration patience) {
        String state = services.status(name)
                .map(ServiceStatus::state)
                .map(this::described)
                .orElse("gone");
        return new GatewayException(
                ErrorCode.WAKE_TIMEOUT,
                "Service " + name + " has not got there within " + patience.toMillis() + " ms (wake_timeout): it is "
                        + state + ". The " + command + " goes on. GET /services/" + name + " shows how it is.");
    }

    private String described(ServiceState state) {
        return state == ServiceState.RUNNING ? "running but not ready" : state.label();
    }
}

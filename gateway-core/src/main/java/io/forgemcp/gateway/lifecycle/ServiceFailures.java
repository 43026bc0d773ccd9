package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What can go wrong with one service, in words: what happened, to which service, what to do. */
record ServiceFailures(ServiceName service) {
    /** A command that the state or the policy does not allow. */
    GatewayException illegal(String command, String why) {
        return new GatewayException(
                ErrorCode.ILLEGAL_TRANSITION, "Service " + service + " cannot " + command + ": " + why + ".");
    }

    <T> CompletionStage<T> refused(String command, String why) {
        return CompletableFuture.failedFuture(illegal(command, why));
    }

    GatewayException unavailable(String what) {
        return new GatewayException(ErrorCode.SERVICE_UNAVAILABLE, "Service " + service + " " + what + ".");
    }

    GatewayException overloaded() {
        return unavailable("cannot be started now: too many starts are waiting. Try again later");
    }

    /** Others use what it needs. */
    GatewayException noRoom(Duration waited, String reason) {
        return unavailable("cannot be woken: after " + waited.toMillis() + " ms there is still no room for it, because "
                + reason + ". Let others sleep sooner, or raise the limits in resource-limits.yml");
    }

    /** It needs more than there is for everybody together. */
    GatewayException neverRoom(String reason) {
        return unavailable("can never be woken: " + reason
                + ". Lower that in services.yml, or raise system_limits in resource-limits.yml");
    }

    GatewayException resting(Duration left, String error) {
        return unavailable("failed and is tried again in " + left.toMillis() + " ms. " + error);
    }

    GatewayException wakeTimeout(Duration patience, ServiceState state) {
        return new GatewayException(
                ErrorCode.WAKE_TIMEOUT,
                "Service " + service + " was not ready after " + patience.toMillis() + " ms; it is " + state.label()
                        + ". The start goes on: call again, or allow more time.");
    }

    GatewayException startFailed(Throwable failure) {
        Throwable cause = GatewayException.unwrap(failure);
        return cause instanceof GatewayException known
                ? known
                : new GatewayException(
                        ErrorCode.SERVICE_START_FAILED,
                        "Service " + service + " could not be started: " + reason(cause) + ".",
                        cause);
    }

    String notWoken(Throwable failure) {
        return "Service " + service + " could not be woken: " + reason(failure);
    }

    String ended(String why) {
        return "Service " + service + " ended unexpectedly: " + why + ".";
    }

    String unwell(String why) {
        return "Service " + service + " failed its health checks: " + why + ".";
    }

    static String reason(Throwable failure) {
        Throwable cause = GatewayException.unwrap(failure);
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}

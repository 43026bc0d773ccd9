package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Gets everybody out of a service before its instances are ended. Owned by the service's mailbox. */
final class Emptying {
    private final LifecycleScope scope;
    private final Mailbox mailbox;
    private final SlotBook slots;
    private final ServiceFailures failures;
    private @Nullable Drain drain;

    Emptying(ServiceName service, LifecycleScope scope, Mailbox mailbox, SlotBook slots) {
        this.scope = scope;
        this.mailbox = mailbox;
        this.slots = slots;
        this.failures = new ServiceFailures(service);
    }

    /**
     * Lets nobody else in; completes on the mailbox when nobody is inside. Fails, and the doors open again, if somebody
     * is inside who has to be waited for; by force only if that lasts longer than the drain timeout.
     */
    CompletionStage<Void> empty(String command, Force force) {
        if (drain != null && drain.waiting()) {
            return failures.refused(command, "it is already being emptied");
        }
        shutDoors();
        long inFlight = inFlight();
        if (inFlight == 0) {
            return CompletableFuture.completedFuture(null);
        }
        if (force == Force.NO) {
            slots.all().forEach(Slot::readmit);
            return failures.refused(
                    command, "calls or streams in flight: " + inFlight + ". Wait until they have ended");
        }
        Duration patience = scope.settings().drainTimeout();
        return drain(
                patience,
                this::inFlight,
                left -> failures.illegal(
                        command, "calls or streams still in flight after " + patience.toMillis() + " ms: " + left));
    }

    /** Lets nobody in any more, ever. @param patience how long those inside may take; after that it completes all the same */
    CompletionStage<Void> close(Duration patience) {
        shutDoors();
        return patience.isZero() ? CompletableFuture.completedFuture(null) : drain(patience, this::inFlight, null);
    }

    /** To be called when a last lease has ended. */
    void look() {
        if (drain != null) {
            drain.look();
        }
    }

    private long inFlight() {
        return slots.inFlight(scope.controls());
    }

    private CompletionStage<Void> drain(
            Duration patience, LongSupplier inFlight, @Nullable LongFunction<GatewayException> refusal) {
        Drain begun = new Drain(slots, inFlight, scope.timers(), mailbox, patience, refusal);
        drain = begun;
        begun.look();
        return begun.over();
    }

    private void shutDoors() {
        slots.all().forEach(slot -> slot.here().shutDoor());
    }
}

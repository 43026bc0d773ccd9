package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waiting, behind closed doors, until no lease of a service is held. Owned by its mailbox; {@link #over} completes
 * there.
 */
final class Drain {
    private final SlotBook slots;
    private final LongSupplier inFlight;
    private final @Nullable LongFunction<GatewayException> refusal;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final Timers.Cancellable timer;

    /**
     * @param inFlight how many leases have to be waited for; asked on the mailbox
     * @param patience how long it waits at most
     * @param refusal what it fails with when patience ends, given how many are still inside; the doors open again. Null
     *     to end well then, those inside being cut off
     */
    Drain(
            SlotBook slots,
            LongSupplier inFlight,
            Timers timers,
            Mailbox mailbox,
            Duration patience,
            @Nullable LongFunction<GatewayException> refusal) {
        this.slots = slots;
        this.inFlight = inFlight;
        this.refusal = refusal;
        this.timer = timers.schedule(patience, () -> mailbox.tell(this::giveUp));
        slots.all().forEach(slot -> slot.here().watch());
    }

    CompletionStage<Void> over() {
        return over;
    }

    boolean waiting() {
        return !over.isDone();
    }

    /** Looks whether anybody is left; to be called when a last lease has ended. */
    void look() {
        if (!over.isDone() && inFlight.getAsLong() == 0) {
            timer.cancel();
            over.complete(null);
        }
    }

    private void giveUp() {
        if (over.isDone()) {
            return;
        }
        if (refusal == null) {
            over.complete(null);
        } else {
            long left = inFlight.getAsLong();
            slots.all().forEach(Slot::readmit);
            over.completeExceptionally(refusal.apply(left));
        }
    }
}

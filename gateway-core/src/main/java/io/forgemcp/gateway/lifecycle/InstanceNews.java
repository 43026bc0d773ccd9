package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is heard of instances from outside the lifecycle, passed on to the slots of their service, which know whether it is
 * theirs, on the service's mailbox. Thread-safe.
 */
final class InstanceNews implements ServiceRuntime.ExitListener {
    private final Mailbox mailbox;
    private final Supplier<? extends Collection<Slot>> slots;

    /** @param slots asked for on the mailbox */
    InstanceNews(Mailbox mailbox, Supplier<? extends Collection<Slot>> slots) {
        this.mailbox = mailbox;
        this.slots = slots;
    }

    @Override
    public void exited(InstanceId id, String reason) {
        tell(slot -> slot.exited(id, reason, false));
    }

    @Override
    public void endedByHand(InstanceId id, String reason) {
        tell(slot -> slot.exited(id, reason, true));
    }

    @Override
    public void ending(InstanceId id) {
        tell(slot -> slot.bedtime().ending(id));
    }

    @Override
    public void observed(InstanceId id, @Nullable SleepDepth depth) {
        tell(slot -> slot.bedtime().observed(id, depth));
    }

    @Override
    public void wrote(InstanceId id, List<String> lines) {
        tell(slot -> slot.wrote(id, lines));
    }

    /** It was given its time to say the first word. @param error why it is ended, for people */
    void silent(InstanceId id, String error) {
        tell(slot -> slot.silent(id, error));
    }

    private void tell(Consumer<Slot> what) {
        mailbox.tell(() -> slots.get().forEach(what));
    }
}

package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The slots of one service, and which client uses which. {@link #lease}, {@link #hold}, {@link #letGo}, {@link #all} and {@link
 * #inFlight} are for any thread; everything else belongs to the service's mailbox.
 */
interface SlotBook {
    /** The book that suits the service: a slot for each client if the server cannot tell them apart, else shared ones. */
    static SlotBook of(SlotContext context, Supplier<Slot> maker) {
        ServiceDefinition service = context.service();
        boolean dedicated =
                service.sleepable() && service.isolation() == Isolation.SESSION && service.wire() == WireProtocol.STDIO;
        return dedicated ? new DedicatedSlots(context, maker) : new SharedSlots(service, maker);
    }

    /** A lease for this client if an instance that it may use is awake; null otherwise. Never waits. */
    @Nullable
    Lease lease(ClientKey client);

    List<Slot> all();

    /** The client begins something that lives in one instance, a task say: until that is over it stays there. Any thread. */
    default void hold(ClientKey client) {}

    /** One such thing is over. Any thread. */
    default void letGo(ClientKey client) {}

    /** Lets the waiter wait at a slot that its client may use, or for one. */
    void assign(ClientKey client, Waiter waiter);

    /** Looks again at those who found no slot. */
    default void assignQueued() {}

    /** Those who found no slot are told this. */
    default void failQueued(GatewayException reason) {}

    /** The client has gone. */
    void release(ClientKey client);

    /** The slots to run, awake ones included, so that this many are awake; at least one. */
    List<Slot> toRun(int count);

    /**
     * Makes this many instances awake.
     *
     * @return completes when those that were added run; those taken away end after their last call, which is not waited
     *     for
     */
    CompletionStage<Void> scale(int wanted, String reason);

    /** A vacant slot for an instance that was there before; null if there is none to spare. */
    @Nullable
    Slot forAdoption();

    /** Whether nobody loses a session of their own if the instance in this slot is ended. */
    boolean rebuildable(Slot slot);

    /** The last lease on this slot has ended. */
    void left(Slot slot);

    /** The instance in this slot is gone: nobody is bound to it any more. */
    default void ended(Slot slot) {}

    /** A slot is vacant. */
    default void vacated(Slot slot) {
        assignQueued();
    }

    /** Whether the least number of instances runs without this one. */
    default boolean enoughWithout(Slot slot, int min) {
        return min == 0
                || all().stream()
                                .filter(other -> other != slot && other.here().available())
                                .count()
                        >= min;
    }

    default ServiceState combinedState() {
        return StateTable.combined(
                all().stream().map(slot -> slot.here().view().state()).toList());
    }

    /**
     * Leases that a command has to wait for: not those on an instance that is being ended, which go with it, or on one that
     * {@link Controls#isBeginning is beginning}. Any thread.
     */
    default long inFlight(Controls controls) {
        return all().stream()
                .map(slot -> slot.here().view())
                .filter(view -> view.state() != ServiceState.STOPPING)
                .map(SlotState.View::live)
                .filter(Objects::nonNull)
                .filter(live -> live.gate().calls() > 0 && !controls.isBeginning(live))
                .mapToLong(live -> live.gate().calls())
                .sum();
    }

    /**
     * Those that a sleep command means: what runs, least recently used first, without as many as are to be kept; or else
     * one that can say why it cannot sleep.
     */
    default List<Slot> sleepCandidates(int keep) {
        List<Slot> running = all().stream()
                .filter(slot -> slot.here().available())
                .sorted(Comparator.comparingLong(slot -> slot.here().lastUsed().get()))
                .toList();
        List<Slot> chosen = running.subList(0, Math.max(0, running.size() - keep));
        return chosen.isEmpty() ? toRun(1).subList(0, 1) : chosen;
    }
}

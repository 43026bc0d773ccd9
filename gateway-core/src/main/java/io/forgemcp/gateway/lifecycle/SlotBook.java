package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The slots of one service and who uses which. A shared service has one slot for everybody. A stdio server with {@link
 * Isolation#SESSION} cannot tell its clients apart, so each client has a slot to itself, up to the most instances
 * allowed; who comes later waits until a client has been released. A slot changes hands only with a fresh instance.
 *
 * <p>{@link #of} and the reading methods are for any thread; all others belong to the service's mailbox.
 */
final class SlotBook {
    private record Queued(ClientKey client, Waiter waiter) {}

    private final ServiceDefinition service;
    private final boolean dedicated;
    private final Supplier<Slot> maker;
    private final List<Slot> all = new CopyOnWriteArrayList<>();
    private final Map<ClientKey, Slot> byClient = new ConcurrentHashMap<>();
    /** Slots without a client: released, perhaps still stopping. */
    private final Deque<Slot> spare = new ArrayDeque<>();

    private final List<Queued> queued = new ArrayList<>();

    SlotBook(ServiceDefinition service, Supplier<Slot> maker) {
        this.service = service;
        this.maker = maker;
        this.dedicated = Slot.sleepable(service)
                && service.isolation() == Isolation.SESSION
                && service.wire() == WireProtocol.STDIO;
        if (!dedicated) {
            open(ClientKey.GATEWAY);
        }
    }

    /** The slot that this client uses now; null if it has none yet. */
    @Nullable
    Slot of(ClientKey client) {
        return byClient.get(key(client));
    }

    /** A lease for this client if its instance is awake; null otherwise. Never waits. */
    @Nullable
    Lease lease(ClientKey client) {
        Slot slot = of(client);
        Lease lease = slot == null ? null : slot.lease();
        if (lease != null && dedicated && of(client) != slot) {
            // The slot has changed hands between the two looks: this may be somebody else's instance.
            lease.close();
            return null;
        }
        return lease;
    }

    List<Slot> all() {
        return all;
    }

    ServiceState combinedState() {
        return StateTable.combined(all.stream().map(slot -> slot.view().state()).toList());
    }

    long inFlight() {
        return all.stream().mapToLong(Slot::inFlight).sum();
    }

    /** The slot that a command without a client means. */
    Slot first() {
        Slot slot = of(ClientKey.GATEWAY);
        if (slot == null) {
            slot = all.isEmpty() ? open(ClientKey.GATEWAY) : all.get(0);
        }
        return slot;
    }

    /** Those that a sleep command means: what runs, or else the first so that it can say why it cannot sleep. */
    List<Slot> sleepCandidates() {
        List<Slot> running = all.stream()
                .filter(slot -> slot.view().state() == ServiceState.RUNNING)
                .toList();
        return running.isEmpty() ? List.of(first()) : running;
    }

    /** Lets the waiter wait at its client's slot, or for one. */
    void assign(ClientKey client, Waiter waiter) {
        Slot slot = slotFor(key(client));
        if (slot != null) {
            slot.acquire(waiter);
            return;
        }
        int max = service.instances().max();
        waiter.explainLateness(() -> new GatewayException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "Service " + service.name() + " has isolation: session and all of its " + max
                        + " instance(s) belong to other clients. Raise max_instances, or use isolation: shared."));
        queued.add(new Queued(client, waiter));
        watchOwn();
    }

    /** The gateway's own slot is given away as soon as nobody uses it. */
    private void watchOwn() {
        Slot own = byClient.get(ClientKey.GATEWAY);
        if (own != null) {
            own.watch(true);
        }
    }

    /** Looks again at those who found no slot. */
    void assignQueued() {
        queued.removeIf(entry -> {
            if (entry.waiter().gone()) {
                return true;
            }
            Slot slot = slotFor(key(entry.client()));
            if (slot != null) {
                slot.acquire(entry.waiter());
            }
            return slot != null;
        });
        if (!queued.isEmpty()) {
            watchOwn();
        }
    }

    void failQueued(GatewayException reason) {
        queued.forEach(entry -> entry.waiter().fail(reason));
        queued.clear();
    }

    void release(ClientKey client) {
        if (!dedicated) {
            return;
        }
        Slot slot = byClient.remove(client);
        if (slot != null) {
            spare.add(slot);
            slot.end(
                    "its client has gone",
                    new GatewayException(
                            ErrorCode.SERVICE_UNAVAILABLE,
                            "The client session that used service " + service.name() + " is over."));
            assignQueued();
        }
    }

    private @Nullable Slot slotFor(ClientKey client) {
        Slot slot = byClient.get(client);
        if (slot == null) {
            slot = spare.poll();
            if (slot != null) {
                byClient.put(client, slot);
            }
        }
        if (slot == null && all.size() < service.instances().max()) {
            slot = open(client);
        }
        return slot == null ? takeOver(client) : slot;
    }

    /** Takes the slot of somebody whose instance has ended anyway, or the gateway's own while it is idle. */
    private @Nullable Slot takeOver(ClientKey client) {
        for (Map.Entry<ClientKey, Slot> entry : byClient.entrySet()) {
            Slot slot = entry.getValue();
            boolean idleOwn = entry.getKey().equals(ClientKey.GATEWAY) && slot.unwanted() && slot.shutDoor();
            if (idleOwn || slot.vacant()) {
                byClient.remove(entry.getKey());
                byClient.put(client, slot);
                slot.end("given to another client", null);
                return slot;
            }
            if (entry.getKey().equals(ClientKey.GATEWAY)) {
                slot.readmit();
            }
        }
        return null;
    }

    private Slot open(ClientKey client) {
        Slot slot = maker.get();
        all.add(slot);
        byClient.put(client, slot);
        return slot;
    }

    private ClientKey key(ClientKey client) {
        return dedicated ? client : ClientKey.GATEWAY;
    }
}

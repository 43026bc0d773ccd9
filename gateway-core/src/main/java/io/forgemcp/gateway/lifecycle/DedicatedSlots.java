package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots of a stdio server with {@link Isolation#SESSION}: it cannot tell its clients apart, so each client has a slot
 * to itself, up to the most instances allowed; who comes later waits until a client has been released, or gets the slot of
 * the one that has been away for longest, if that is long enough. A slot changes hands only with a fresh instance.
 */
final class DedicatedSlots implements SlotBook {
    /** A client that vanished without a word keeps its instance for this long from those who wait for one. */
    static final Duration AWAY = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(DedicatedSlots.class);
    /** How soon it is looked again whether somebody has been away for long enough. */
    private static final Duration SOONEST_LOOK = Duration.ofSeconds(1);

    private record Queued(ClientKey client, Waiter waiter) {}

    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final Mailbox mailbox;
    private final Supplier<Slot> maker;
    private final List<Slot> all = new CopyOnWriteArrayList<>();
    private final Map<ClientKey, Slot> byClient = new ConcurrentHashMap<>();
    /** Slots without a client: released, perhaps still stopping. */
    private final Deque<Slot> spare = new ArrayDeque<>();

    private final List<Queued> queued = new ArrayList<>();
    /** A look at who is away is due. */
    private boolean looking;

    DedicatedSlots(SlotContext context, Supplier<Slot> maker) {
        this.service = context.service();
        this.scope = context.scope();
        this.mailbox = context.mailbox();
        this.maker = maker;
    }

    @Override
    public @Nullable Lease lease(ClientKey client) {
        Slot slot = byClient.get(client);
        Lease lease = slot == null ? null : slot.lease();
        if (lease != null && byClient.get(client) != slot) {
            // The slot has changed hands between the two looks: this may be somebody else's instance.
            lease.close();
            return null;
        }
        return lease;
    }

    @Override
    public List<Slot> all() {
        return all;
    }

    @Override
    public List<Slot> toRun(int count) {
        Slot slot = byClient.get(ClientKey.GATEWAY);
        if (slot == null) {
            slot = all.isEmpty() ? open(ClientKey.GATEWAY) : all.get(0);
        }
        return List.of(slot);
    }

    @Override
    public CompletionStage<Void> scale(int wanted, String reason) {
        return new ServiceFailures(service.name())
                .refused(
                        "be scaled",
                        "with isolation: session its instances come and go with its clients. Change max_instances"
                                + " instead");
    }

    @Override
    public @Nullable Slot forAdoption() {
        // Whoever it belonged to is not known any more, and nobody else may have it.
        return null;
    }

    @Override
    public boolean rebuildable(Slot slot) {
        return byClient.values().stream().noneMatch(slot::equals) || byClient.get(ClientKey.GATEWAY) == slot;
    }

    @Override
    public void left(Slot slot) {
        assignQueued();
    }

    @Override
    public void assign(ClientKey client, Waiter waiter) {
        Slot slot = slotFor(client);
        if (slot != null) {
            slot.acquire(waiter);
            return;
        }
        int max = service.instances().max();
        waiter.explainLateness(() -> new InstancesTaken(service.name(), max));
        queued.add(new Queued(client, waiter));
        watchOwn();
        lookAgain();
    }

    /** Somebody may have been away for long enough before those who wait give up. */
    private void lookAgain() {
        Duration longest = Duration.ZERO;
        for (Map.Entry<ClientKey, Slot> entry : byClient.entrySet()) {
            Duration away = away(entry.getKey(), entry.getValue());
            longest = away.compareTo(longest) > 0 ? away : longest;
        }
        if (!looking) {
            looking = true;
            Duration left = AWAY.minus(longest);
            Duration after = left.compareTo(SOONEST_LOOK) < 0 ? SOONEST_LOOK : left;
            scope.timers()
                    .schedule(
                            after,
                            () -> mailbox.tell(() -> {
                                looking = false;
                                assignQueued();
                            }));
        }
    }

    /** How long the client has used neither its instance nor, as far as anybody knows, anything else. */
    private Duration away(ClientKey client, Slot slot) {
        long used = slot.here().lastUsed().get();
        if (client.equals(ClientKey.GATEWAY)
                || used == SlotState.NEVER
                || slot.here().inFlight() > 0) {
            return Duration.ZERO;
        }
        Duration unused = Duration.ofNanos(scope.timers().nanoTime() - used);
        Duration absent = scope.controls().absence().of(client).orElse(unused);
        return absent.compareTo(unused) < 0 ? absent : unused;
    }

    /** The gateway's own slot is given away as soon as nobody uses it. */
    private void watchOwn() {
        Slot own = byClient.get(ClientKey.GATEWAY);
        if (own != null) {
            own.here().watch();
        }
    }

    @Override
    public void assignQueued() {
        queued.removeIf(entry -> {
            if (entry.waiter().gone()) {
                return true;
            }
            Slot slot = slotFor(entry.client());
            if (slot != null) {
                slot.acquire(entry.waiter());
            }
            return slot != null;
        });
        if (!queued.isEmpty()) {
            watchOwn();
            lookAgain();
        }
    }

    @Override
    public void failQueued(GatewayException reason) {
        queued.forEach(entry -> entry.waiter().fail(reason));
        queued.clear();
    }

    @Override
    public void release(ClientKey client) {
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
            boolean idleOwn = entry.getKey().equals(ClientKey.GATEWAY)
                    && slot.unwanted()
                    && slot.here().shutDoor();
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
        return fromAbsent(client);
    }

    /** Takes the slot of the client that has been away for longest; if it comes back it begins anew with another instance. */
    private @Nullable Slot fromAbsent(ClientKey client) {
        Map.Entry<ClientKey, Slot> chosen = null;
        Duration longest = Duration.ZERO;
        for (Map.Entry<ClientKey, Slot> entry : byClient.entrySet()) {
            Slot slot = entry.getValue();
            ServiceState state = slot.here().state();
            boolean still = (state == ServiceState.RUNNING || state == ServiceState.SLEEPING) && slot.unwanted();
            Duration away = still ? away(entry.getKey(), slot) : Duration.ZERO;
            if (away.compareTo(AWAY) >= 0 && away.compareTo(longest) > 0) {
                chosen = entry;
                longest = away;
            }
        }
        if (chosen == null) {
            return null;
        }
        Slot slot = chosen.getValue();
        if (!slot.here().shutDoor()) {
            // It has come back this very moment.
            slot.readmit();
            return null;
        }
        LOG.info(
                "event=instance_reassigned service={} away_s={} reason=\"another client waits\"",
                service.name(),
                longest.toSeconds());
        byClient.remove(chosen.getKey());
        byClient.put(client, slot);
        slot.end("its client has been away for " + longest.toMinutes() + " minutes and another one waits", null);
        return slot;
    }

    private Slot open(ClientKey client) {
        Slot slot = maker.get();
        all.add(slot);
        byClient.put(client, slot);
        return slot;
    }
}

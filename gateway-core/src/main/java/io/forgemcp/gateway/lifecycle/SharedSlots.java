package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Slots that all clients of a service share: one, or as many as it has been scaled to. A call goes to the instance with the
 * fewest calls in flight, to equally loaded ones in turn. A client with a session, or one whose session with the server,
 * task or subscription lives in an instance, comes to it in the same way and then stays with it until that instance or what lives there ends.
 *
 * <p>An instance that is taken away lets nobody in, and ends when the last one inside has left.
 */
final class SharedSlots implements SlotBook {
    private final ServiceDefinition service;
    private final Supplier<Slot> maker;
    private final int max;
    private final List<Slot> all = new CopyOnWriteArrayList<>();
    private final Slot first;
    private final AtomicInteger turn = new AtomicInteger();
    /** Where the clients are that stay somewhere. */
    private final Map<ClientKey, Slot> bound = new ConcurrentHashMap<>();
    /** How much of each client lives in an instance, beside a session. */
    private final Map<ClientKey, Integer> holds = new ConcurrentHashMap<>();

    SharedSlots(ServiceDefinition service, Supplier<Slot> maker) {
        this.service = service;
        this.maker = maker;
        // What runs elsewhere or inside the gateway is there once, whatever its policy says.
        this.max = service.sleepable() ? service.instances().max() : 1;
        this.first = maker.get();
        all.add(first);
    }

    @Override
    public @Nullable Lease lease(ClientKey client) {
        if (max == 1) {
            return first.lease();
        }
        Slot mine = bound.get(client);
        if (mine != null) {
            return mine.lease();
        }
        Slot best = leastLoaded();
        if (best == null) {
            return null;
        }
        Lease lease = best.lease();
        if (lease != null && stays(client)) {
            Slot other = bound.putIfAbsent(client, best);
            if (other != null && other != best) {
                lease.close();
                return other.lease();
            }
        }
        return lease;
    }

    private boolean stays(ClientKey client) {
        return hasSession(client) || holds.containsKey(client);
    }

    private boolean hasSession(ClientKey client) {
        return switch (client.keeps()) {
            case SESSION -> true;
            case CONVERSATIONS -> service.isolation() == Isolation.SESSION;
            case NOTHING -> false;
        };
    }

    @Override
    public void hold(ClientKey client) {
        if (max > 1) {
            holds.merge(client, 1, Integer::sum);
        }
    }

    @Override
    public void letGo(ClientKey client) {
        if (max > 1
                && holds.compute(client, (key, number) -> number == null || number == 1 ? null : number - 1) == null
                && !hasSession(client)) {
            bound.remove(client);
        }
    }

    /** Of those awake, equally loaded ones in turn; null if none is. Any thread. */
    private @Nullable Slot leastLoaded() {
        Slot best = null;
        long fewest = Long.MAX_VALUE;
        // A slot may be taken away meanwhile.
        List<Slot> slots = List.copyOf(all);
        // Sessions open on idle instances: with one order for all, they would all stay with the first.
        int begin = Math.floorMod(turn.getAndIncrement(), slots.size());
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get((begin + i) % slots.size());
            SlotState.View view = slot.here().view();
            if (view.state() == ServiceState.RUNNING
                    && view.live() != null
                    && !slot.here().retiring()) {
                long calls = view.live().gate().calls();
                if (calls < fewest) {
                    best = slot;
                    fewest = calls;
                }
            }
        }
        return best;
    }

    @Override
    public List<Slot> all() {
        return all;
    }

    @Override
    public void assign(ClientKey client, Waiter waiter) {
        Slot slot = max == 1 ? first : slotFor(client);
        if (max > 1 && stays(client)) {
            bound.put(client, slot);
        }
        slot.acquire(waiter);
    }

    private Slot slotFor(ClientKey client) {
        Slot mine = bound.get(client);
        if (mine != null && !mine.here().retiring() && mine.here().view().live() != null) {
            return mine;
        }
        Slot awake = leastLoaded();
        if (awake != null) {
            return awake;
        }
        return staying()
                .filter(slot -> slot.here().awake())
                .min(Comparator.comparingInt(Slot::waiting))
                .orElseGet(() -> toRun(1).get(0));
    }

    @Override
    public void release(ClientKey client) {
        bound.remove(client);
    }

    @Override
    public List<Slot> toRun(int count) {
        List<Slot> chosen =
                new ArrayList<>(staying().filter(slot -> slot.here().awake()).toList());
        // A sleeping instance is there sooner than one that starts, and one that still drains soonest.
        addUpTo(count, chosen, all.stream().filter(slot -> slot.here().draining()));
        addUpTo(count, chosen, staying().filter(slot -> slot.here().view().state() == ServiceState.SLEEPING));
        addUpTo(count, chosen, staying());
        while (chosen.size() < count && all.size() < max) {
            Slot slot = maker.get();
            all.add(slot);
            chosen.add(slot);
        }
        if (chosen.isEmpty()) {
            // All are on their way out and there is no room for another: whoever asks waits for one to start again.
            chosen.add(all.get(0));
        }
        return chosen;
    }

    private static void addUpTo(int count, List<Slot> chosen, Stream<Slot> candidates) {
        candidates
                .filter(slot -> !chosen.contains(slot))
                .takeWhile(slot -> chosen.size() < count)
                .forEach(chosen::add);
    }

    private Stream<Slot> staying() {
        return all.stream().filter(slot -> !slot.here().retiring());
    }

    @Override
    public CompletionStage<Void> scale(int wanted, String reason) {
        if (wanted < service.instances().min() || wanted > max) {
            return new ServiceFailures(service.name())
                    .refused(
                            "be scaled to " + wanted,
                            "it may have " + service.instances().min() + " to " + max + " instances");
        }
        List<Slot> awake = staying().filter(slot -> slot.here().awake()).toList();
        if (wanted > awake.size()) {
            return CompletableFuture.allOf(toRun(wanted).stream()
                    .map(slot -> slot.run(reason).toCompletableFuture())
                    .toArray(CompletableFuture[]::new));
        }
        awake.stream()
                .filter(slot -> slot.waiting() == 0)
                .sorted(Comparator.comparingLong((Slot slot) -> slot.here().inFlight())
                        .thenComparingLong(this::clients))
                .limit(awake.size() - wanted)
                .forEach(slot -> slot.retire(reason));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public @Nullable Slot forAdoption() {
        for (Slot slot : all) {
            if (slot.vacant()) {
                return slot;
            }
        }
        if (all.size() >= max) {
            return null;
        }
        Slot slot = maker.get();
        all.add(slot);
        return slot;
    }

    @Override
    public boolean rebuildable(Slot slot) {
        // The session with the server is the gateway's own, or one that is opened again behind the client.
        return true;
    }

    private long clients(Slot slot) {
        return bound.values().stream().filter(bond -> bond == slot).count();
    }

    @Override
    public void left(Slot slot) {
        slot.endIfRetired();
    }

    @Override
    public void ended(Slot slot) {
        bound.values().removeIf(bond -> bond == slot);
    }

    @Override
    public void vacated(Slot slot) {
        // One slot stays, so that there is always one to start.
        if (slot.here().retiring()) {
            if (all.size() > 1) {
                all.remove(slot);
            } else {
                slot.keep();
            }
        }
    }
}

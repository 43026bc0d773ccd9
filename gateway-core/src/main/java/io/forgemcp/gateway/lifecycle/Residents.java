package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * All instances of all services, as those see them who have to choose one to put to sleep or to stop: the least important
 * first, of equals the one that was used or awake longest ago. What is chosen from is a snapshot; whether it may be
 * done is looked at again by the service's own mailbox. Thread-safe.
 */
final class Residents {
    /**
     * @param listened whether somebody listens to it who gives way
     * @param at when it was last used, or entered its state, on {@link Timers#nanoTime}
     */
    record Resident(ServiceOwner owner, Slot slot, boolean asleep, boolean listened, long at) {
        ServiceDefinition service() {
            return owner.definition();
        }

        Priority priority() {
            return service().priority();
        }

        /** Whether its policy ever lets it sleep without a command. */
        boolean sleepsOnItsOwn() {
            return service().sleepPolicy().enabled();
        }

        String name() {
            return service().name().value();
        }
    }

    private static final Comparator<Resident> LEAST_IMPORTANT_FIRST =
            Comparator.comparing(Resident::priority, Comparator.reverseOrder()).thenComparingLong(Resident::at);

    private final Collection<ServiceOwner> owners;
    private final Timers timers;

    Residents(Collection<ServiceOwner> owners, Timers timers) {
        this.owners = owners;
        this.timers = timers;
    }

    /** Instances that run and that nobody uses, without those that must always run. */
    List<Resident> idle(Predicate<Resident> wanted) {
        return spare(wanted.and(resident -> !resident.listened()));
    }

    /** The same of those that are awake for clients only that listen for updates. */
    List<Resident> listenedTo(Predicate<Resident> wanted) {
        return spare(wanted.and(Resident::listened));
    }

    private List<Resident> spare(Predicate<Resident> wanted) {
        List<Resident> found = new ArrayList<>();
        for (ServiceOwner owner : owners) {
            if (!owner.definition().sleepable()) {
                continue;
            }
            List<Resident> running = new ArrayList<>();
            for (Slot slot : owner.slots().all()) {
                SlotState.View view = slot.here().view();
                if (view.state() == ServiceState.RUNNING && view.live() != null) {
                    running.add(running(
                            owner, slot, view.since(), view.live().gate().yielding() > 0));
                }
            }
            running.sort(Comparator.comparingLong(Resident::at));
            int spare = running.size() - owner.definition().instances().min();
            // Those that are not listened to first, so that a listener keeps its instance if another one may go.
            running.stream()
                    .filter(resident -> uncalled(resident.slot()))
                    .sorted(Comparator.comparing(Resident::listened))
                    .limit(Math.max(0, spare))
                    .forEach(found::add);
        }
        return found.stream().filter(wanted).sorted(LEAST_IMPORTANT_FIRST).toList();
    }

    private static Resident running(ServiceOwner owner, Slot slot, long since, boolean listened) {
        long used = slot.here().lastUsed().get();
        if (used != SlotState.NEVER && used - since >= 0) {
            return new Resident(owner, slot, false, listened, used);
        }
        // What woke for a listener, and that nobody has called since, has no time of its own that it may stay awake.
        long least = owner.definition().sleepPolicy().minSleepTime().toNanos();
        return new Resident(owner, slot, false, listened, listened ? since - least : since);
    }

    private static boolean uncalled(Slot slot) {
        LiveInstance live = slot.here().view().live();
        return live != null && live.gate().calls() == 0;
    }

    /** Sleeping instances, in the order in which they may be stopped. */
    List<Resident> asleep(Predicate<Resident> wanted) {
        return in(ServiceState.SLEEPING).stream()
                .filter(wanted)
                .sorted(LEAST_IMPORTANT_FIRST)
                .toList();
    }

    /** Instances that are being ended; what they use is about to be free. */
    List<Resident> leaving() {
        return in(ServiceState.STOPPING);
    }

    /** Whatever is there and costs something, in whatever state. */
    List<Resident> all() {
        return found(view -> view.live() != null).stream()
                .filter(resident -> resident.service().sleepable())
                .toList();
    }

    private List<Resident> in(ServiceState state) {
        return found(view -> view.state() == state);
    }

    private List<Resident> found(Predicate<SlotState.View> wanted) {
        List<Resident> found = new ArrayList<>();
        for (ServiceOwner owner : owners) {
            for (Slot slot : owner.slots().all()) {
                SlotState.View view = slot.here().view();
                if (wanted.test(view)) {
                    found.add(new Resident(owner, slot, view.state() == ServiceState.SLEEPING, false, view.since()));
                }
            }
        }
        return found;
    }

    /** Whether its policy would let it sleep now. */
    boolean rested(Resident resident) {
        Duration since = Duration.ofNanos(timers.nanoTime() - resident.at());
        return since.compareTo(resident.service().sleepPolicy().minSleepTime()) >= 0;
    }

    /** Has every service look again whether it may sleep. */
    void reconsider() {
        owners.forEach(ServiceOwner::reconsider);
    }

    /** Puts it to sleep if that is still possible. */
    void sleep(Resident resident, Force force, boolean memoryWanted, String reason) {
        resident.owner().makeWay(resident.slot(), force, memoryWanted, resident.listened(), reason);
    }

    /** Stops it if nobody has begun to use it and nobody loses a session. */
    void stop(Resident resident, String reason) {
        resident.owner().stopForOthers(resident.slot(), reason);
    }
}

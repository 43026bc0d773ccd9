package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.lifecycle.Residents.Resident;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes room for a service by putting others to sleep: less important ones that nobody uses, then equally important ones
 * that have been awake long enough; where those do not suffice, also ones that are awake only because somebody listens for
 * their updates. If memory is short and nobody of those is left, the longest asleep of them are stopped.
 * For a call that is overdue more important ones that nobody uses and that have been awake long enough give way as well,
 * critical ones last: such a call takes longer, but does not fail because others are only there.
 *
 * <p>Instances that must always run, and services whose policy never lets them sleep, give way to nobody.
 *
 * <p>Only those are chosen whose sleep gives back some of what is scarce, and nobody at all unless together they would give
 * enough: otherwise they would lose their place, and nobody would gain one. Thread-safe.
 */
final class Eviction implements Admission.Evictor {
    private final Residents residents;

    Eviction(Residents residents) {
        this.residents = residents;
    }

    @Override
    public void makeRoom(ServiceDefinition forWhom, List<Shortage> shortages, boolean overdue) {
        List<Resident> leaving = residents.leaving();
        List<Shortage> left = shortages.stream()
                .filter(shortage -> !suffice(leaving, List.of(), forWhom, shortage))
                .toList();
        if (left.isEmpty()) {
            return;
        }
        List<Resident> idle = residents.idle(who(forWhom, overdue));
        if (!makeRoom(forWhom, left, leaving, idle)) {
            List<Resident> listened = residents.listenedTo(who(forWhom, overdue));
            makeRoom(
                    forWhom,
                    left,
                    leaving,
                    Stream.concat(idle.stream(), listened.stream()).toList());
        }
    }

    private Predicate<Resident> who(ServiceDefinition forWhom, boolean overdue) {
        return resident -> resident.owner().definition() != forWhom && gives(resident, forWhom, overdue);
    }

    /** @return false if even all of them together would not give enough: then nobody was chosen */
    private boolean makeRoom(
            ServiceDefinition forWhom, List<Shortage> left, List<Resident> leaving, List<Resident> idle) {
        boolean memory = left.stream().anyMatch(shortage -> shortage.of() == Shortage.Scarce.MEMORY);
        List<Resident> asleep = memory
                ? residents.asleep(resident -> resident.owner().definition() != forWhom
                        && resident.priority().compareTo(forWhom.priority()) >= 0
                        && resident.owner().slots().rebuildable(resident.slot())
                        && memoryOf(resident) > 0)
                : List.of();
        List<Resident> all = Stream.concat(leaving.stream(), idle.stream()).toList();
        if (!left.stream().allMatch(shortage -> suffice(all, asleep, forWhom, shortage))) {
            return false;
        }
        String reason = "makes room for " + forWhom.name();
        // Who helps where few can, perhaps helps elsewhere too.
        left.stream()
                .sorted(Comparator.comparingLong(
                        shortage -> helpers(idle, forWhom, shortage).count()))
                .flatMap(shortage -> helpers(idle, forWhom, shortage))
                .findFirst()
                .ifPresentOrElse(
                        resident -> residents.sleep(resident, Force.YES, memory, reason),
                        () -> asleep.stream().findFirst().ifPresent(resident -> residents.stop(resident, reason)));
        return true;
    }

    /** Whether the one in question gives way to this service. */
    private boolean gives(Resident resident, ServiceDefinition forWhom, boolean overdue) {
        int difference = resident.priority().compareTo(forWhom.priority());
        return resident.sleepsOnItsOwn()
                && (difference > 0 || ((difference == 0 || overdue) && residents.rested(resident)));
    }

    private static boolean suffice(
            List<Resident> awake, List<Resident> asleep, ServiceDefinition forWhom, Shortage shortage) {
        Stream<Resident> helpers = helpers(awake, forWhom, shortage);
        double most = switch (shortage.of()) {
            case SERVICES, CATEGORY -> helpers.map(Resident::owner).distinct().count();
            case MEMORY ->
                Stream.concat(helpers, asleep.stream())
                        .mapToLong(Eviction::memoryOf)
                        .sum();
            case CORES ->
                helpers.mapToDouble(resident -> Occupancy.reservedCores(resident.service()))
                        .sum();
        };
        return most >= shortage.missing();
    }

    /** Those whose sleep, or end, gives some of it back. */
    private static Stream<Resident> helpers(List<Resident> of, ServiceDefinition forWhom, Shortage shortage) {
        return switch (shortage.of()) {
            case SERVICES -> placesFreed(of);
            case CATEGORY ->
                placesFreed(of)
                        .filter(resident -> Objects.equals(resident.service().category(), forWhom.category()));
            case MEMORY -> of.stream().filter(resident -> memoryOf(resident) > 0);
            case CORES -> of.stream().filter(resident -> Occupancy.reservedCores(resident.service()) > 0);
        };
    }

    /** A service takes a place for as long as one of its instances is awake, so that all of them have to give way. */
    private static Stream<Resident> placesFreed(List<Resident> of) {
        Set<Slot> chosen = of.stream().map(Resident::slot).collect(Collectors.toSet());
        return of.stream()
                .filter(resident -> resident.owner().slots().all().stream()
                        .noneMatch(slot -> !chosen.contains(slot) && takesPlace(slot)));
    }

    private static boolean takesPlace(Slot slot) {
        return switch (slot.here().view().state()) {
            case STARTING, RUNNING, WAKING -> true;
            case STOPPED, SLEEPING, STOPPING, ERROR -> false;
        };
    }

    private static long memoryOf(Resident resident) {
        LiveInstance live = resident.slot().here().view().live();
        return resident.asleep()
                ? Entrance.keptMemory(resident.service(), live)
                : Entrance.awakeMemory(resident.service(), live);
    }
}

package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.lifecycle.Shortage.Scarce;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Who is awake and who sleeps, and what of the budget is left beside them. Guarded by the lock of its {@link Admission}. */
final class Occupancy {
    private final ServiceBudget budget;
    private final Set<Admission.Applicant> awake = new LinkedHashSet<>();
    private final Set<Admission.Applicant> asleep = new LinkedHashSet<>();
    private double share = 1;

    Occupancy(ServiceBudget budget) {
        this.budget = budget;
    }

    /** Only this share of the memory and processor budget is given out from now on. */
    void reduceTo(double value) {
        share = value;
    }

    boolean awake(Admission.Applicant applicant) {
        return awake.contains(applicant);
    }

    void wakes(Admission.Applicant applicant) {
        asleep.remove(applicant);
        awake.add(applicant);
    }

    void sleeps(Admission.Applicant applicant) {
        awake.remove(applicant);
        asleep.add(applicant);
    }

    /** Returns whether it was there. */
    boolean leaves(Admission.Applicant applicant) {
        return awake.remove(applicant) | asleep.remove(applicant);
    }

    /** Whether it would take some of what another one waits for. */
    boolean competes(Admission.Applicant applicant, Admission.Applicant waiting, Scarce what) {
        ServiceDefinition service = applicant.service();
        return switch (what) {
            case SERVICES -> isAnother(service);
            case CATEGORY ->
                isAnother(service)
                        && Objects.equals(service.category(), waiting.service().category());
            case MEMORY -> applicant.memoryBytes() > 0;
            case CORES -> cores(applicant) > 0;
        };
    }

    /** Why it could not even be awake alone, by what is said about it: keys of its {@code resources} and what is wrong. */
    Map<String, String> impossible(ServiceDefinition service) {
        Map<String, String> found = new TreeMap<>();
        Long memory = budget.memoryBytes();
        Double limit = budget.cpuCores();
        if (memory != null && service.resources().expectedMemoryBytes() > memory) {
            found.put(
                    service.resources().memoryReservationBytes() == null ? "memory" : "memory_reservation",
                    mebi(service.resources().expectedMemoryBytes()) + " MB, and all services together may use "
                            + mebi(memory) + " MB");
        }
        if (limit != null && reservedCores(service) > limit) {
            found.put(
                    "cpu_reservation", reservedCores(service) + " cores, and all services together may have " + limit);
        }
        return found;
    }

    /** Everything that there is too little of for it now; empty if it may be awake. */
    List<Shortage> shortages(Admission.Applicant applicant) {
        List<Shortage> found = new ArrayList<>(2);
        ServiceDefinition service = applicant.service();
        if (isAnother(service)) {
            services(found);
            category(service.category(), found);
        }
        memory(applicant, found);
        cores(applicant, found);
        return found;
    }

    /** Further instances of a service that is awake count no more. */
    private boolean isAnother(ServiceDefinition service) {
        return awake.stream().noneMatch(other -> other.service().name().equals(service.name()));
    }

    private void services(List<Shortage> found) {
        Integer most = budget.services();
        if (most != null) {
            long now = countServices(any -> true);
            if (now >= most) {
                found.add(new Shortage(
                        Scarce.SERVICES,
                        now - most + 1.0,
                        now + " services are awake and max_concurrent_services is " + most));
            }
        }
    }

    private void category(@Nullable String category, List<Shortage> found) {
        Integer most = category == null ? null : budget.byCategory().get(category);
        if (most != null) {
            long now = countServices(other -> Objects.equals(category, other.category()));
            if (now >= most) {
                found.add(new Shortage(
                        Scarce.CATEGORY,
                        now - most + 1.0,
                        now + " services of category " + category + " are awake and max_concurrent is " + most));
            }
        }
    }

    private long countServices(Predicate<ServiceDefinition> which) {
        return awake.stream()
                .map(Admission.Applicant::service)
                .filter(which)
                .map(ServiceDefinition::name)
                .distinct()
                .count();
    }

    private void memory(Admission.Applicant applicant, List<Shortage> found) {
        Long limit = budget.memoryBytes();
        if (limit == null) {
            return;
        }
        long used = bytes(awake, applicant, Admission.Applicant::memoryBytes)
                + bytes(asleep, applicant, Admission.Applicant::keptBytes);
        long needed = applicant.memoryBytes();
        double allowed = limit * share;
        if (used > 0 && used + needed > allowed) {
            found.add(new Shortage(
                    Scarce.MEMORY,
                    // Whoever was measured to use more than the whole budget is awake alone.
                    Math.min(used + needed - allowed, used),
                    "it needs " + mebi(needed) + " MB, and other services use " + mebi(used) + " of "
                            + mebi((long) allowed) + " MB"));
        }
    }

    private void cores(Admission.Applicant applicant, List<Shortage> found) {
        Double limit = budget.cpuCores();
        double needed = cores(applicant);
        if (limit == null || needed == 0) {
            return;
        }
        double used = awake.stream()
                .filter(other -> other != applicant)
                .mapToDouble(Occupancy::cores)
                .sum();
        double allowed = limit * share;
        if (used > 0 && used + needed > allowed) {
            found.add(new Shortage(
                    Scarce.CORES,
                    Math.min(used + needed - allowed, used),
                    "it reserves " + hundredths(needed) + " cores, and other services have " + hundredths(used) + " of "
                            + hundredths(allowed)));
        }
    }

    private static long bytes(
            Collection<Admission.Applicant> of,
            Admission.Applicant without,
            ToLongFunction<Admission.Applicant> memory) {
        return of.stream().filter(other -> other != without).mapToLong(memory).sum();
    }

    private static double cores(Admission.Applicant applicant) {
        return reservedCores(applicant.service());
    }

    /** What is set aside for each instance of it while it is awake; zero if nothing is said. */
    static double reservedCores(ServiceDefinition service) {
        Double cores = service.resources().cpuReservationCores();
        return cores == null ? 0 : cores;
    }

    /** Sums of fractions are not shown with all the digits that they have. */
    private static double hundredths(double cores) {
        return Math.round(cores * 100) / 100.0;
    }

    private static long mebi(long bytes) {
        return bytes / (1024 * 1024);
    }
}

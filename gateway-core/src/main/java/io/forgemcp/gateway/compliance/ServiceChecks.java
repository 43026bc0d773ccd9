package io.forgemcp.gateway.compliance;

import io.forgemcp.gateway.config.Configuration;
import io.forgemcp.gateway.config.schema.ResourcesFile;
import io.forgemcp.gateway.config.schema.ServiceEntry;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The checks that are asked of each service. */
final class ServiceChecks {
    private static final double LEAST_RESERVED = 0.5;
    private static final double MOST_RESERVED = 0.7;

    private ServiceChecks() {}

    private static Verdict of(
            Facts facts,
            String things,
            Predicate<ServiceDefinition> which,
            Function<ServiceDefinition, @Nullable String> fault,
            String remedy) {
        return Verdict.ofEach(
                facts.services().stream().filter(which).toList(),
                things,
                service -> {
                    String wrong = fault.apply(service);
                    return wrong == null ? null : service.name() + " " + wrong;
                },
                remedy);
    }

    /** What runs in a process of its own: limits mean nothing for code in the gateway and for servers elsewhere. */
    private static boolean ownProcess(ServiceDefinition service) {
        return service.launch() instanceof Launch.Command;
    }

    private static boolean container(ServiceDefinition service) {
        return service.launch() instanceof Launch.Command command && command.image() != null;
    }

    private static boolean onDemand(ServiceDefinition service) {
        return !service.autoStart() && service.instances().min() == 0;
    }

    static Verdict states(Facts facts) {
        return Verdict.ofEach(
                facts.statuses(),
                "services",
                status -> status.state() == ServiceState.ERROR && status.errorMessage() == null
                        ? status.name() + " is in error without a reason"
                        : null,
                "GET /services/{name}/state-transitions shows what happened; report it as a defect.");
    }

    static Verdict limits(Facts facts) {
        return of(
                facts,
                "services with a process of their own",
                ServiceChecks::ownProcess,
                service -> {
                    Resources resources = service.resources();
                    List<String> missing = new ArrayList<>();
                    missing(missing, "memory", resources.memoryBytes());
                    missing(missing, "cpu", resources.cpuCores());
                    missing(missing, "memory_reservation", resources.memoryReservationBytes());
                    missing(missing, "cpu_reservation", resources.cpuReservationCores());
                    return missing.isEmpty() ? null : "has no " + String.join(", ", missing);
                },
                "Write them under resources in services.yml, or give the service a category in resource-limits.yml.");
    }

    private static void missing(List<String> missing, String name, @Nullable Object value) {
        if (value == null) {
            missing.add(name);
        }
    }

    static Verdict sleepPolicies(Facts facts) {
        return of(
                facts,
                "services that start on demand",
                ServiceChecks::onDemand,
                service -> service.sleepPolicy().enabled() ? null : "never sleeps",
                "Set sleep_policy.enabled: true in services.yml, or auto_start: true if it should always run.");
    }

    static Verdict health(Facts facts) {
        return of(
                facts,
                "services",
                service -> true,
                service -> service.healthCheck().interval().isZero() ? "is never asked" : null,
                "Set health_check.interval in services.yml.");
    }

    static Verdict category(Facts facts) {
        Configuration configuration = facts.configuration();
        return of(
                facts,
                "services with a process of their own",
                ServiceChecks::ownProcess,
                service -> {
                    String category = service.category();
                    if (category == null) {
                        return "has no category";
                    }
                    return configuration == null
                            ? null
                            : tooMuch(configuration, service.name().value(), category);
                },
                "Name a category under service_categories in resource-limits.yml, and lower resources in services.yml to"
                        + " what it allows.");
    }

    /** What was asked for; what is enforced is clamped to the category. */
    private static @Nullable String tooMuch(Configuration configuration, String service, String category) {
        ServiceEntry entry = configuration.files().services().services().get(service);
        Optional<ResourcesFile.Category> ceiling = configuration.files().category(category);
        if (entry == null || ceiling.isEmpty()) {
            return null;
        }
        ServiceEntry.Limits asked = entry.resources();
        if (asked.memory() != null
                && asked.memory().bytes() > ceiling.get().maxMemoryMb().bytes()) {
            return "asks for memory " + asked.memory() + ", " + category + " allows "
                    + ceiling.get().maxMemoryMb();
        }
        return asked.cpu() != null && asked.cpu() > ceiling.get().maxCpuCores()
                ? "asks for " + asked.cpu() + " cores, " + category + " allows "
                        + ceiling.get().maxCpuCores()
                : null;
    }

    static Verdict memoryReservations(Facts facts) {
        return of(
                facts,
                "services with a limit of memory",
                service -> ownProcess(service) && service.resources().memoryBytes() != null,
                service -> {
                    Long reserved = service.resources().memoryReservationBytes();
                    Long limit = service.resources().memoryBytes();
                    if (reserved == null || limit == null) {
                        return "has no memory_reservation";
                    }
                    double share = (double) reserved / limit;
                    return share >= LEAST_RESERVED && share <= MOST_RESERVED
                            ? null
                            : "reserves " + Math.round(share * 100) + " %";
                },
                "Set resources.memory_reservation in services.yml to 50 to 70 percent of resources.memory.");
    }

    static Verdict cpuReservations(Facts facts) {
        return of(
                facts,
                "services with a process of their own",
                ServiceChecks::ownProcess,
                service -> {
                    Double reserved = service.resources().cpuReservationCores();
                    Double limit = service.resources().cpuCores();
                    if (reserved == null) {
                        return "has no cpu_reservation";
                    }
                    return limit != null && reserved > limit ? "reserves more than its limit" : null;
                },
                "Set resources.cpu_reservation in services.yml, below resources.cpu.");
    }

    private static boolean sleeps(ServiceDefinition service) {
        return service.sleepPolicy().enabled();
    }

    static Verdict idle(Facts facts) {
        return of(
                facts,
                "services that may sleep",
                ServiceChecks::sleeps,
                service -> service.sleepPolicy().idleTimeout().isZero() ? "has no idle_timeout" : null,
                "Set sleep_policy.idle_timeout in services.yml.");
    }

    static Verdict leastAwake(Facts facts) {
        return of(
                facts,
                "services that may sleep",
                ServiceChecks::sleeps,
                service -> service.sleepPolicy().minSleepTime().isZero() ? "has no min_sleep_time" : null,
                "Set sleep_policy.min_sleep_time in services.yml, so that it does not fall asleep and wake all the time.");
    }

    static Verdict user(Facts facts) {
        return of(
                facts,
                "services in containers",
                ServiceChecks::container,
                service -> {
                    String user =
                            ((Launch.Command) service.launch()).container().user();
                    boolean root = user != null && (user.matches("(root|0+)(:.*)?"));
                    return root ? "runs as " + user : null;
                },
                "Set user in services.yml to a name or number other than root; without it the gateway takes nobody.");
    }

    static Verdict readOnly(Facts facts) {
        return given(facts, "The gateway gives every container a root file system that is read-only");
    }

    static Verdict network(Facts facts) {
        return given(facts, "The gateway puts containers into networks of its own, by what each may reach");
    }

    /** What holds for every container, because the gateway makes them so. */
    private static Verdict given(Facts facts, String what) {
        return facts.services().stream().noneMatch(ServiceChecks::container)
                ? Verdict.notApplicable("There are no services in containers")
                : Verdict.pass(what);
    }
}

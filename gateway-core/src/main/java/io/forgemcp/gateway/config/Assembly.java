package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.read.Suggestion;
import io.forgemcp.gateway.config.schema.ScalingFile;
import io.forgemcp.gateway.config.schema.ServiceEntry;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes definitions of the entries of {@code services.yml} and of what the other files say about them. */
final class Assembly {
    private final Reading reading;
    private final ConfigurationFiles files;
    private final LaunchReader launches;
    private final SleepReader sleeping;
    private final ResourceReader resources;
    private final PriorityReader priorities;

    /** A definition beside the entry it was made of. */
    record Assembled(ServiceDefinition definition, ServiceEntry entry) {}

    Assembly(Reading reading, ConfigurationFiles files, Environment environment, List<GatewayRow> gateways) {
        this.reading = reading;
        this.files = files;
        this.launches = new LaunchReader(reading, environment, gateways);
        this.sleeping = new SleepReader(reading, files);
        this.resources = new ResourceReader(reading, files);
        this.priorities = new PriorityReader(reading, files);
    }

    List<Assembled> services() {
        List<Assembled> assembled = new ArrayList<>();
        Set<ServiceName> seen = new HashSet<>();
        files.services().services().forEach((name, entry) -> {
            Position position = position(name);
            ServiceName serviceName;
            try {
                serviceName = ServiceName.of(name);
            } catch (IllegalArgumentException e) {
                reading.report(Finding.Severity.ERROR, position, "services", String.valueOf(e.getMessage()));
                return;
            }
            if (!seen.add(serviceName)) {
                reading.report(
                        Finding.Severity.ERROR,
                        position,
                        "services." + name,
                        "There is another service of this name; names are compared without regard to case. Rename one.");
                return;
            }
            assemble(serviceName, entry).ifPresent(d -> assembled.add(new Assembled(d, entry)));
        });
        return assembled;
    }

    private Position position(String name) {
        return reading.position(ServicesFile.NAME, "services." + name).orElse(reading.at(ServicesFile.NAME, 0));
    }

    private Optional<ServiceDefinition> assemble(ServiceName name, ServiceEntry entry) {
        String problem = problem(name.value());
        Optional<ServiceDefinition.Builder> launch = launches.read(name, entry, problem != null);
        Priority priority = priorities.priority(name.value(), entry);
        String policyName = policyName(name.value());
        ScalingFile.Policy policy = policy(policyName).orElseThrow();
        return launch.map(builder -> builder.description(entry.description())
                .priority(priority)
                .policy(policyName)
                .category(resources.category(name.value()).orElse(null))
                .resources(resources.resources(name.value(), entry.resources()))
                .sleepPolicy(sleeping.policy(name.value(), entry, policyName, policy))
                .autoStart(entry.autoStart() || autoStartedByClass(name.value()))
                .instances(policy.minInstances(), policy.maxInstances())
                .tags(new LinkedHashSet<>(entry.tags()))
                .unavailable(problem)
                .build());
    }

    private boolean autoStartedByClass(String name) {
        boolean said = reading.position(ServicesFile.NAME, "services." + name + ".auto_start")
                .isPresent();
        return !said
                && sleeping.classOf(name)
                        .map(found -> Boolean.TRUE.equals(found.autoStart()))
                        .orElse(false);
    }

    /** Why the service cannot be used as it is configured. */
    private @Nullable String problem(String name) {
        String prefix = "services." + name + ".";
        Set<String> reasons = Stream.concat(
                        reading.unset().stream()
                                .filter(unset -> unset.file().equals(ServicesFile.NAME)
                                        && unset.keyPath().startsWith(prefix))
                                .map(Reading.Unset::message),
                        reading.findings().stream()
                                .filter(finding -> finding.severity() == Finding.Severity.ERROR
                                        && (finding.keyPath() + ".").startsWith(prefix))
                                .map(finding -> "its entry has an error at " + finding.file() + ":" + finding.line()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return reasons.isEmpty() ? null : String.join("; ", reasons);
    }

    private String policyName(String name) {
        String key = "service_policies." + name;
        String chosen = files.scaling().servicePolicies().get(name);
        if (chosen == null) {
            return "default";
        }
        if (policy(chosen).isEmpty()) {
            Set<String> known = new LinkedHashSet<>(BuiltIn.POLICIES.keySet());
            known.addAll(files.scaling().policies().keySet());
            reading.report(
                    Finding.Severity.ERROR,
                    reading.position(ScalingFile.NAME, key).orElse(reading.at(ScalingFile.NAME, 0)),
                    key,
                    "There is no policy \"" + chosen + "\"."
                            + Suggestion.didYouMean(chosen, known)
                            + " The service has the policy default.");
            return "default";
        }
        return chosen;
    }

    private Optional<ScalingFile.Policy> policy(String name) {
        ScalingFile.Policy written = files.scaling().policies().get(name);
        return Optional.ofNullable(written != null ? written : BuiltIn.POLICIES.get(name));
    }
}

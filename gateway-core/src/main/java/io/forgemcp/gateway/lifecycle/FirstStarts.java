package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.Collection;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** Which services run from the beginning, before anybody calls them. */
final class FirstStarts {
    private final Collection<ServiceOwner> owners;

    FirstStarts(Collection<ServiceOwner> owners) {
        this.owners = owners;
    }

    /** Starts them, the most important first; completes when each runs or has failed. */
    CompletionStage<Void> begin(SleepSettings settings) {
        if (settings.optimization().preWarmCritical()) {
            owners.stream()
                    .filter(owner -> owner.definition().priority() == Priority.CRITICAL
                            && owner.definition().unavailable() == null)
                    .forEach(owner -> owner.wakeRequest("critical"));
        }
        Stream<ServiceOwner> wanted = owners.stream()
                .filter(owner -> isWanted(owner.definition()))
                .sorted(Comparator.comparing(
                                (ServiceOwner owner) -> owner.definition().priority())
                        .thenComparing(owner -> owner.definition().name()));
        return CompletableFuture.allOf(wanted.map(
                        owner -> owner.run().handle((status, failure) -> null).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    private static boolean isWanted(ServiceDefinition service) {
        return service.autoStart() || service.instances().min() > 0;
    }
}

package io.forgemcp.gateway.config;

import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Writes the registration files in the present form: only servers elsewhere, and only names that exist. */
final class RegistrationMigration {
    private final Configuration configuration;
    private final Consumer<String> changes;
    private final Set<ServiceName> known = new HashSet<>();
    private final StringBuilder remote = new StringBuilder();

    RegistrationMigration(Configuration configuration, Consumer<String> changes) {
        this.configuration = configuration;
        this.changes = changes;
        configuration.services().forEach(this::sort);
        BuiltIn.SERVICES.forEach(name -> known.add(ServiceName.of(name)));
        BuiltIn.COMPONENTS.forEach(name -> known.add(ServiceName.of(name)));
    }

    private void sort(ServiceDefinition service) {
        boolean written = configuration
                .files()
                .services()
                .services()
                .containsKey(service.name().value());
        if (written || !(service.launch() instanceof Launch.Remote launch)) {
            known.add(service.name());
            return;
        }
        if (!launch.url().getHost().contains(".")
                && !launch.url().getHost().contains(":")
                && !launch.url().getHost().equalsIgnoreCase("localhost")) {
            changes.accept("gateways.txt: " + service.name() + " is gone: there is no service of that name");
            return;
        }
        known.add(service.name());
        remote.append(service.name()).append('|').append(launch.url());
        if (service.wire() != WireProtocol.HTTP_PROBED) {
            remote.append('|').append(service.wire() == WireProtocol.SSE ? "SSE" : "STREAMABLEHTTP");
        }
        remote.append('\n');
    }

    /** Rows of servers elsewhere; services of {@code services.yml} need none. */
    String gateways() {
        return "# Servers that run elsewhere: name|url|transport\n" + remote;
    }

    String virtualServers() {
        StringBuilder text =
                new StringBuilder("# Endpoints with a choice of services: name|enabled|services|description\n");
        for (VirtualServer server : configuration.virtualServers()) {
            List<ServiceName> kept =
                    server.services().stream().filter(known::contains).toList();
            String gone = server.services().stream()
                    .filter(name -> !known.contains(name))
                    .map(ServiceName::value)
                    .collect(Collectors.joining(", "));
            if (kept.isEmpty()) {
                changes.accept("virtual-servers.txt: " + server.name() + " is gone: it had only " + gone);
                continue;
            }
            if (!gone.isEmpty()) {
                changes.accept(
                        "virtual-servers.txt: " + server.name() + " is without " + gone + ", which does not exist");
            }
            text.append(server.name())
                    .append('|')
                    .append(server.enabled())
                    .append('|')
                    .append(kept.stream().map(ServiceName::value).collect(Collectors.joining(",")))
                    .append('|')
                    .append(server.description())
                    .append('\n');
        }
        return text.toString();
    }
}

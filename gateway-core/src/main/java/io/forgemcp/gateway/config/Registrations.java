package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.read.Suggestion;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.Naming;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The rows of the registration files, and what they come to once the services are known. */
final class Registrations {
    private final Reading reading;
    private final List<GatewayRow> gateways;
    private final List<VirtualServerRow> virtualServers;
    private final List<PromptTemplate> prompts;
    private final List<ResourceLink> resources;
    private final Set<String> saidComponents = new HashSet<>();

    private Registrations(Reading reading, Environment environment) {
        this.reading = reading;
        GatewayRows rows = new GatewayRows(reading);
        Map<ServiceName, GatewayRow> byName = new LinkedHashMap<>();
        rows.ofFile().forEach(row -> byName.put(row.name(), row));
        environment
                .find("EXTRA_GATEWAYS")
                .map(rows::ofVariable)
                .orElse(List.of())
                .forEach(row -> byName.putIfAbsent(row.name(), row));
        this.gateways = List.copyOf(byName.values());
        RegistrationRows registrations = new RegistrationRows(reading);
        this.virtualServers = registrations.virtualServers();
        this.prompts = registrations.prompts();
        this.resources = registrations.resources();
    }

    /** Where the first row of a file stands. */
    Optional<Position> firstLine(String file) {
        return reading.lines(file).stream().findFirst().map(line -> reading.at(file, line.number()));
    }

    static Registrations read(Reading reading, Environment environment) {
        return new Registrations(reading, environment);
    }

    List<GatewayRow> gateways() {
        return gateways;
    }

    Configuration configuration(
            Path directory, ConfigurationFiles files, List<Assembly.Assembled> local, SystemLimits limits) {
        Map<ServiceName, ServiceDefinition> services = new LinkedHashMap<>();
        local.forEach(service -> services.put(service.definition().name(), service.definition()));
        Set<ServiceName> written = new LinkedHashSet<>();
        files.services().services().keySet().stream()
                .flatMap(name -> serviceName(name).stream())
                .forEach(written::add);
        Map<String, ServiceName> names = new HashMap<>();
        written.forEach(name -> putNames(names, name.value(), name));
        BuiltIn.SERVICES.forEach(name -> putNames(names, name, ServiceName.of(name)));
        for (GatewayRow row : gateways) {
            remote(row, written, names).ifPresent(definition -> {
                services.put(definition.name(), definition);
                putNames(names, definition.name().value(), definition.name());
            });
        }
        List<VirtualServer> servers = new VirtualServerChoices(reading, files.virtualServers(), names)
                .applied(virtualServers.stream()
                        .map(row -> virtualServer(row, names))
                        .toList());
        return new Configuration(directory, List.copyOf(services.values()), servers, prompts, resources, limits, files);
    }

    private Optional<ServiceDefinition> remote(
            GatewayRow row, Set<ServiceName> written, Map<String, ServiceName> names) {
        if (row.isLocal()) {
            Optional<ServiceName> service = serviceName(row.host()).filter(written::contains);
            if (service.isPresent()) {
                putNames(names, row.name().value(), service.get());
                return Optional.empty();
            }
            if (BuiltIn.COMPONENTS.contains(row.host().toLowerCase(Locale.ROOT))) {
                reading.report(
                        Finding.Severity.INFO,
                        row.position(),
                        row.name().value(),
                        "\"" + row.host() + "\" is a part of the gateway itself and needs no registration.");
                return Optional.empty();
            }
            reading.report(
                    Finding.Severity.WARNING,
                    row.position(),
                    row.name().value(),
                    "The row registers a service \"" + row.host() + "\" that does not exist in "
                            + reading.at(ServicesFile.NAME, 0) + ". It is used as a server elsewhere: its tools are"
                            + " missing until a host of that name answers. Define the service or remove the row.");
        }
        if (written.contains(row.name())) {
            reading.report(
                    Finding.Severity.WARNING,
                    row.position(),
                    row.name().value(),
                    "A service of this name is defined in " + reading.at(ServicesFile.NAME, 0)
                            + ", which is used. Give the row another name.");
            return Optional.empty();
        }
        return Optional.of(ServiceDefinition.of(
                        row.name().value(), RuntimeChoice.REMOTE, new Launch.Remote(row.url(), Map.of()), row.wire())
                .build());
    }

    private VirtualServer virtualServer(VirtualServerRow row, Map<String, ServiceName> names) {
        List<ServiceName> services = new ArrayList<>();
        for (String gateway : row.gateways()) {
            ServiceName known = names.get(gateway.toLowerCase(Locale.ROOT));
            if (known != null) {
                services.add(known);
                continue;
            }
            Optional<ServiceName> unknown = serviceName(gateway);
            if (unknown.isPresent() && BuiltIn.COMPONENTS.contains(gateway.toLowerCase(Locale.ROOT))) {
                reportComponent(row, gateway);
                services.add(unknown.get());
            } else if (unknown.isPresent()) {
                reading.report(
                        Finding.Severity.WARNING,
                        row.position(),
                        row.name(),
                        "\"" + gateway + "\" is neither a service of " + reading.at(ServicesFile.NAME, 0)
                                + " nor a row of " + reading.at(GatewayRows.FILE, 0) + "."
                                + Suggestion.didYouMean(gateway, names.keySet())
                                + " The virtual server has the others only, until such a service is registered.");
                services.add(unknown.get());
            } else {
                reading.report(
                        Finding.Severity.ERROR,
                        row.position(),
                        row.name(),
                        "\"" + gateway + "\" is not the name of a service.");
            }
        }
        VirtualServer server =
                VirtualServer.of(row.name(), services.stream().distinct().toList(), Naming.PREFIXED);
        // A server without services would show all of them.
        return new VirtualServer(
                server.id(),
                server.name(),
                row.description(),
                row.enabled() && !services.isEmpty(),
                server.services(),
                server.tools(),
                server.naming(),
                server.renames(),
                server.descriptions());
    }

    /** Said once: the files of existing deployments name the tool router in nearly every row. */
    private void reportComponent(VirtualServerRow row, String component) {
        if (saidComponents.add(component.toLowerCase(Locale.ROOT))) {
            reading.report(
                    Finding.Severity.INFO,
                    row.position(),
                    row.name(),
                    "\"" + component
                            + "\" is a part of the gateway itself and offers no tools in this version, here and"
                            + " in other rows.");
        }
    }

    private static void putNames(Map<String, ServiceName> names, String name, ServiceName service) {
        names.putIfAbsent(name.toLowerCase(Locale.ROOT), service);
        names.putIfAbsent(ServiceName.of(name).slug(), service);
    }

    private static Optional<ServiceName> serviceName(String text) {
        try {
            return Optional.of(ServiceName.of(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

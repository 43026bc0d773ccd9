package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.ServiceEntry;
import io.forgemcp.gateway.config.schema.ServiceEntry.Runtime;
import io.forgemcp.gateway.config.schema.ServiceEntry.Transport;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.service.HealthCheck;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds out from an entry of {@code services.yml} what has to be run, and how it is spoken to. */
final class LaunchReader {
    /** Nothing may be mounted on these or below. */
    private static final List<Path> OF_THE_KERNEL = List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"));

    private final Reading reading;
    private final Path projectDirectory;
    private final List<GatewayRow> gateways;

    LaunchReader(Reading reading, Environment environment, List<GatewayRow> gateways) {
        this.reading = reading;
        this.projectDirectory = environment.projectDirectory();
        this.gateways = gateways;
    }

    /**
     * The definition with its launch, transport, isolation and health check.
     *
     * @param excused whether what is missing is known already, so that it is not reported again
     */
    Optional<ServiceDefinition.Builder> read(ServiceName name, ServiceEntry entry, boolean excused) {
        if (entry.url() != null || entry.runtime() == Runtime.REMOTE) {
            return remote(name, entry, excused);
        }
        if (entry.command().isEmpty() && entry.image() == null) {
            if (!excused) {
                error(
                        name,
                        "",
                        "There is neither a command nor an image nor a url. Write for example command: [npx, -y, some-server].");
            }
            return Optional.empty();
        }
        if (entry.runtime() == Runtime.DOCKER && entry.image() == null && !excused) {
            error(name, ".runtime", "runtime: docker needs an image. Add the key image, or write runtime: auto.");
        }
        if (entry.image() != null && !ImageReference.wellFormed(entry.image())) {
            error(
                    name,
                    ".image",
                    "\"" + entry.image()
                            + "\" is not the name of an image. Write for example mcp/fetch:1.2, in lower case, or"
                            + " add @sha256: and the digest.");
        }
        if (entry.command().isEmpty() && entry.runtime() == Runtime.PROCESS && !excused) {
            error(name, ".runtime", "runtime: process needs a command. Add the key command.");
        }
        oauth(name).refuse(entry);
        return Optional.of(command(name, entry));
    }

    private OAuthReader oauth(ServiceName name) {
        return new OAuthReader((key, message) -> error(name, key, message));
    }

    private Optional<ServiceDefinition.Builder> remote(ServiceName name, ServiceEntry entry, boolean excused) {
        if (entry.url() == null) {
            if (!excused) {
                error(name, "", "runtime: remote needs a url. Write for example url: http://127.0.0.1:8123/mcp.");
            }
            return Optional.empty();
        }
        if (entry.runtime() == Runtime.DOCKER || entry.runtime() == Runtime.PROCESS) {
            error(name, ".url", "A service with a url runs elsewhere. Remove the url, or write runtime: remote.");
        }
        WireProtocol wire = entry.transport() == null ? WireProtocol.HTTP_PROBED : wire(entry.transport());
        if (wire == WireProtocol.STDIO) {
            error(name, ".transport", "A service with a url speaks streamable-http or sse, not stdio.");
            return Optional.empty();
        }
        ServiceDefinition.Builder builder = ServiceDefinition.of(
                name.value(),
                RuntimeChoice.REMOTE,
                new Launch.Remote(entry.url(), entry.headers(), oauth(name).read(entry)),
                wire);
        return Optional.of(complete(builder, entry, entry.healthCheck().path()));
    }

    private ServiceDefinition.Builder command(ServiceName name, ServiceEntry entry) {
        Optional<List<String>> inside = BridgeCommand.unwrap(entry.command());
        if (inside.isPresent()) {
            reading.report(
                    Finding.Severity.INFO,
                    position(name, ".command"),
                    "services." + name + ".command",
                    "The command wraps a stdio server in a bridge. The gateway runs the server itself and does not use"
                            + " the bridge's port and health path.");
            Launch.Command launch = launch(name, entry, inside.get(), 0, "/mcp");
            return complete(builder(name, entry, launch, WireProtocol.STDIO), entry, null);
        }
        WireProtocol wire = wire(name, entry);
        if (wire == WireProtocol.STDIO && entry.healthCheck().path() != null) {
            reading.report(
                    Finding.Severity.INFO,
                    position(name, ".health_check.path"),
                    "services." + name + ".health_check.path",
                    "A stdio server has no paths: it is asked with an MCP ping.");
        }
        if (wire != WireProtocol.STDIO && entry.network() == Launch.Network.NONE) {
            error(
                    name,
                    ".network",
                    "network: none leaves no way to a server that is spoken to over HTTP. Write internal or egress.");
        }
        int port = wire == WireProtocol.STDIO || entry.port() == null ? 0 : entry.port();
        String path = entry.path() != null ? entry.path() : wire == WireProtocol.SSE ? "/sse" : "/mcp";
        return complete(
                builder(name, entry, launch(name, entry, entry.command(), port, path), wire),
                entry,
                wire == WireProtocol.STDIO ? null : entry.healthCheck().path());
    }

    private static ServiceDefinition.Builder builder(
            ServiceName name, ServiceEntry entry, Launch launch, WireProtocol wire) {
        return ServiceDefinition.of(
                name.value(), RuntimeChoice.valueOf(entry.runtime().name()), launch, wire);
    }

    private static ServiceDefinition.Builder complete(
            ServiceDefinition.Builder builder,
            ServiceEntry entry,
            @org.jspecify.annotations.Nullable String healthPath) {
        builder.healthCheck(new HealthCheck(
                healthPath, entry.healthCheck().interval(), entry.healthCheck().timeout()));
        if (entry.isolation() != null) {
            builder.isolation(entry.isolation());
        }
        return builder;
    }

    private Launch.Command launch(ServiceName name, ServiceEntry entry, List<String> command, int port, String path) {
        return new Launch.Command(
                entry.image(),
                command,
                entry.environment(),
                volumes(name, entry),
                projectDirectory,
                port,
                path,
                container(name, entry));
    }

    private Launch.Container container(ServiceName name, ServiceEntry entry) {
        if (entry.runtime() == Runtime.PROCESS || (entry.runtime() == Runtime.AUTO && entry.image() == null)) {
            remarkOutside(name, ".network", entry.network() != null);
            remarkOutside(name, ".user", entry.user() != null);
            remarkOutside(name, ".volumes", !entry.volumes().isEmpty());
        }
        return new Launch.Container(entry.network(), entry.user());
    }

    private void remarkOutside(ServiceName name, String key, boolean written) {
        if (written) {
            reading.report(
                    Finding.Severity.INFO,
                    position(name, key),
                    "services." + name + key,
                    "This key has an effect only in a container; the service runs as a process. Add the key image, or remove"
                            + " this one.");
        }
    }

    private List<Launch.Volume> volumes(ServiceName name, ServiceEntry entry) {
        List<Launch.Volume> volumes = new ArrayList<>();
        Set<Path> targets = new HashSet<>();
        entry.volumes().forEach((host, container) -> {
            boolean readOnly = container.endsWith(":ro");
            String target = container.replaceFirst(":r[ow]$", "");
            if (!target.startsWith("/")) {
                error(name, ".volumes", "\"" + container + "\" is not a path in the container: it must begin with /.");
                return;
            }
            Path inside = Path.of(target).normalize();
            if (inside.getNameCount() == 0 || OF_THE_KERNEL.stream().anyMatch(inside::startsWith)) {
                error(
                        name,
                        ".volumes",
                        "\"" + container
                                + "\" would hide what the container itself needs. Write a directory of its own, such"
                                + " as /data.");
                return;
            }
            if (!targets.add(inside)) {
                error(name, ".volumes", "Two volumes lead to \"" + inside + "\". Give each a directory of its own.");
                return;
            }
            try {
                volumes.add(new Launch.Volume(projectDirectory.resolve(host).normalize(), target, readOnly));
            } catch (InvalidPathException e) {
                error(name, ".volumes", "\"" + host + "\" is not a path on this host.");
            }
        });
        return volumes;
    }

    private WireProtocol wire(ServiceName name, ServiceEntry entry) {
        if (entry.transport() != null) {
            return wire(entry.transport());
        }
        if (entry.port() == null) {
            return WireProtocol.STDIO;
        }
        WireProtocol wire = gateways.stream()
                .filter(row -> row.isLocal() && row.host().equalsIgnoreCase(name.value()))
                .map(GatewayRow::wire)
                .filter(found -> found != WireProtocol.HTTP_PROBED)
                .findFirst()
                .orElse(WireProtocol.STREAMABLE_HTTP);
        reading.report(
                Finding.Severity.INFO,
                position(name, ".port"),
                "services." + name + ".port",
                "A port without a transport: "
                        + (wire == WireProtocol.SSE ? "sse, as gateways.txt says" : "streamable-http")
                        + " is assumed. Write transport: " + (wire == WireProtocol.SSE ? "sse" : "streamable-http")
                        + ", or remove the port of a stdio server.");
        return wire;
    }

    private static WireProtocol wire(Transport transport) {
        return WireProtocol.valueOf(transport.name());
    }

    private void error(ServiceName name, String key, String message) {
        reading.report(Finding.Severity.ERROR, position(name, key), "services." + name + key, message);
    }

    private Position position(ServiceName name, String key) {
        return reading.position(ServicesFile.NAME, "services." + name + key)
                .or(() -> reading.position(ServicesFile.NAME, "services." + name))
                .orElse(reading.at(ServicesFile.NAME, 0));
    }
}

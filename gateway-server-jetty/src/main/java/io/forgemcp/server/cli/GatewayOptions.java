package io.forgemcp.server.cli;

import io.forgemcp.docker.DockerRuntime;
import io.forgemcp.docker.DockerSettings;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.GatewayBuilder;
import io.forgemcp.gateway.GatewaySettings;
import io.forgemcp.gateway.config.Configuration;
import io.forgemcp.gateway.config.ExtraUpstreams;
import io.forgemcp.gateway.config.LoadResult;
import io.forgemcp.gateway.config.read.Durations;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ProcSystemLoad;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.virtualserver.Naming;
import io.forgemcp.server.manager.Management;
import io.forgemcp.server.manager.RegisteredServices;
import io.forgemcp.server.prometheus.PrometheusMetrics;
import io.forgemcp.server.rest.Version;
import io.forgemcp.toolbox.Toolbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what a gateway in this process consists of. */
final class GatewayOptions {
    static final Path DEFAULT_DATA = Path.of("data");

    @Mixin
    private final ConfigurationOptions configuration = new ConfigurationOptions();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where to keep what must survive a restart; 'data' by default.")
    private Path data = DEFAULT_DATA;

    @Option(
            names = "--upstream",
            paramLabel = "NAME=TARGET",
            description =
                    "A server without a file: a URL, or a command in quotes; repeatable. Without --config these are all.")
    private List<String> upstreams = new ArrayList<>();

    @Option(
            names = "--naming",
            paramLabel = "NAMING",
            description = "Tool names on /mcp: prefixed (service-tool, the default) or original.")
    private @Nullable String naming;

    @Option(names = "--no-toolbox", description = "Leave out the bundled servers for files, memory, time and text.")
    private boolean withoutToolbox;

    @Option(names = "--no-metrics", description = "Measure nothing; /metrics is empty then.")
    private boolean withoutMetrics;

    Path data() {
        return data;
    }

    ConfigurationOptions.Loaded load(Shell shell) {
        return configuration.load(shell, !upstreams.isEmpty());
    }

    /** What a service manager needs of the configuration. */
    Management management(ConfigurationOptions.Loaded loaded) {
        return Management.of(loaded.directory(), loaded.environment())
                .with(loaded.result().configuration());
    }

    /** As below, for commands that no browser can come back to: servers that want OAuth were authorised before, or refuse. */
    Gateway build(ConfigurationOptions.Loaded loaded, Access access) {
        return build(loaded, access, new ServerAccess(loaded.environment())::open);
    }

    /**
     * A gateway that has not been started; the configuration must be free of errors.
     *
     * @param http makes the client towards servers, which the gateway closes
     */
    Gateway build(ConfigurationOptions.Loaded loaded, Access access, Function<GatewayStore, HttpExchanger> http) {
        Configuration files = requireValid(loaded);
        Path directory = DataDirectory.prepare(data);
        OwnedStore store = OwnedStore.open(directory);
        GatewayBuilder builder = Gateway.builder();
        builder.settings(settings(loaded, files))
                .httpExchanger(http.apply(store))
                .scaling(files.scaling())
                .preWarm(files.preWarm())
                .alerts(files.alerts())
                .systemPolicy(files.systemPolicy())
                .systemLoad(new ProcSystemLoad(data))
                .metrics(metrics())
                .store(store)
                .authenticator(access.authenticator())
                .accessPolicy(access.policy())
                .version(Version.current().version());
        byte[] signingKey = SigningKey.of(loaded.environment());
        if (signingKey != null) {
            builder.signingKey(signingKey);
        }
        try {
            List<ServiceDefinition> services = List.copyOf(
                    new RegisteredServices(store, management(loaded).entries()).over(services(files, directory)));
            services.forEach(builder::service);
            builder.runtime(containers(loaded, files, services, directory));
            files.virtualServers().forEach(builder::virtualServer);
            return builder.build();
        } catch (GatewayException e) {
            store.close();
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    /** Looks for an engine only when a service wants one. */
    private ServiceRuntime containers(
            ConfigurationOptions.Loaded loaded, Configuration files, List<ServiceDefinition> services, Path directory) {
        Path project = loaded.environment().projectDirectory();
        return new DockerRuntime(DockerSettings.of(DataDirectory.identity(data))
                .withOwnFiles(List.of(
                        directory.resolve("state"),
                        directory.resolve("identity"),
                        loaded.directory().resolve(ServicesFile.NAME)))
                .withHost(ListenOptions.variable(loaded.environment(), "DOCKER_HOST", ""))
                .withVolumeDirectories(files.files().services().volumeDirectories().stream()
                        .map(project::resolve)
                        .toList())
                .withConfigured(services.stream().map(ServiceDefinition::name).collect(Collectors.toSet())));
    }

    private GatewayMetrics metrics() {
        return withoutMetrics ? new NoMetrics() : new PrometheusMetrics();
    }

    private static Configuration requireValid(ConfigurationOptions.Loaded loaded) {
        LoadResult result = loaded.result();
        if (result.hasErrors()) {
            throw new CommandFailure(
                    ExitCode.CONFIGURATION,
                    "The configuration has errors; nothing was started.\n"
                            + result.findings(Finding.Severity.ERROR).stream()
                                    .map(Finding::describe)
                                    .collect(Collectors.joining("\n")));
        }
        return result.configuration();
    }

    private GatewaySettings settings(ConfigurationOptions.Loaded loaded, Configuration files) {
        GatewaySettings settings = GatewaySettings.DEFAULT.withNaming(naming()).withStartTimeout(startTimeout(files));
        settings = changed(
                settings,
                loaded,
                "FORGE_REQUEST_TIMEOUT",
                (before, timeout) -> before.withCallTimeout(Durations.parse(timeout, "s")));
        return changed(settings, loaded, "FORGE_LIST_PAGE_SIZE", (before, size) -> before.withPageSize(pageSize(size)));
    }

    private static int pageSize(String text) {
        int size = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
        if (size < 1) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number of entries from 1 to 999999.");
        }
        return size;
    }

    /** The settings with what a variable says, if it says something. */
    private static GatewaySettings changed(
            GatewaySettings settings,
            ConfigurationOptions.Loaded loaded,
            String variable,
            BiFunction<GatewaySettings, String, GatewaySettings> change) {
        String value = ListenOptions.variable(loaded.environment(), variable, "");
        try {
            return value.isEmpty() ? settings : change.apply(settings, value);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, variable + ": " + e.getMessage(), e);
        }
    }

    private static Duration startTimeout(Configuration files) {
        return files.wakeTimeout();
    }

    private Naming naming() {
        return switch (naming == null ? "prefixed" : naming) {
            case "prefixed" -> Naming.PREFIXED;
            case "original" -> Naming.ORIGINAL;
            default ->
                throw new CommandFailure(
                        ExitCode.USAGE, "--naming " + naming + " is unknown. Write prefixed or original.");
        };
    }

    private static ServiceDefinition fromArgument(String upstream) {
        try {
            return ExtraUpstreams.parse(upstream);
        } catch (GatewayException refused) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(refused.getMessage()), refused);
        }
    }

    /** From the files, then from the command line, then the bundled ones whose names are still free. */
    private List<ServiceDefinition> services(Configuration files, Path directory) {
        Map<ServiceName, ServiceDefinition> services = new LinkedHashMap<>();
        files.services().forEach(service -> services.put(service.name(), service));
        for (String upstream : upstreams) {
            ServiceDefinition service = fromArgument(upstream);
            if (services.putIfAbsent(service.name(), service) != null) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "--upstream " + service.name() + ": there is a service of this name already. Choose another.");
            }
        }
        if (!withoutToolbox && (upstreams.isEmpty() || configuration.isGiven())) {
            Toolbox.services(directory).forEach(service -> services.putIfAbsent(service.name(), service));
        }
        return List.copyOf(services.values());
    }
}

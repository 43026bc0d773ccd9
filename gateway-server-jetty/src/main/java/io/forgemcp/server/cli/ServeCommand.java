package io.forgemcp.server.cli;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.server.GatewayServer;
import io.forgemcp.server.Role;
import io.forgemcp.server.ServerSettings;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.manager.Management;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Runs the gateway in the foreground until it is asked to stop. Asked once, it finishes what is under way for some
 * seconds, stops every service and ends with 0; asked again, it ends at once with 130.
 */
@Command(
        name = "serve",
        description = "Run the gateway in the foreground until Ctrl-C.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);
    /** What the finished product serves besides {@link Role}; asking for it gets a better answer than "unknown". */
    private static final Set<String> LATER = Set.of("router", "admin");

    @Mixin
    private final Output output;

    @Mixin
    private final GatewayOptions options = new GatewayOptions();

    @Mixin
    private final ListenOptions listen = new ListenOptions();

    @Option(
            names = "--roles",
            split = ",",
            paramLabel = "ROLE",
            description = "Which listeners to open: gateway, manager; both by default.")
    private List<String> roles = List.of();

    @Option(names = "--exit-when-ready", hidden = true, description = "Stop as soon as it serves; for measurements.")
    private boolean exitWhenReady;

    ServeCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        Set<Role> chosen = roles();
        Shell shell = output.shell();
        StopRequest stop = shell.stopRequests().get();
        ConfigurationOptions.Loaded loaded = options.load(shell);
        Logging.level(loaded.environment().find("LOG_LEVEL").orElse("INFO"));
        ServerSettings settings = listen.settings(loaded.environment());
        Access callers = AccessOptions.of(settings, loaded.environment());
        Map<Role, ServerSettings> listeners = listeners(chosen, settings, loaded.environment());
        listeners.forEach(ServeCommand::requireFree);
        ServerAccess access = new ServerAccess(loaded.environment());
        Gateway gateway = options.build(loaded, callers, access::open);
        if (chosen.contains(Role.GATEWAY)) {
            access.expect(settings);
        }
        try {
            new Progress(shell.err()).during("starting", gateway::start);
            if (stop.isRequested()) {
                return ExitCode.INTERRUPTED;
            }
            try (GatewayServer server =
                    listen(gateway, listeners, options.management(loaded), access.routes(gateway))) {
                if (chosen.contains(Role.GATEWAY)) {
                    access.listensAt(server.uri(Role.GATEWAY).getPort());
                }
                ServeReport report =
                        ServeReport.of(gateway, server, loaded, options.data().toAbsolutePath(), callers.summary());
                output.print(report.document(), report::print);
                if (exitWhenReady) {
                    new RunningGateway(server.uri(), LONGEST_STOP, "").get("/ready");
                } else {
                    // What the start needed is garbage now; without this it would count as memory in use for hours.
                    System.gc();
                    stop.await();
                    shell.err().println("forge-gateway: stopping; Ctrl-C again ends it at once");
                }
            }
        } finally {
            stopServices(gateway);
        }
        return ExitCode.OK;
    }

    private Set<Role> roles() {
        Set<Role> chosen = EnumSet.noneOf(Role.class);
        for (String role : roles) {
            String name = role.strip();
            chosen.add(Role.find(name)
                    .orElseThrow(() -> new CommandFailure(
                            ExitCode.USAGE,
                            "--roles " + name + ": " + missing(name) + " Known roles: " + Role.known() + ".")));
        }
        return chosen.isEmpty() ? EnumSet.allOf(Role.class) : chosen;
    }

    private static String missing(String role) {
        if (role.equals("translate")) {
            return "it stands before one stdio server, which only the command forge-gateway translate --stdio COMMAND"
                    + " can name.";
        }
        return LATER.contains(role) ? "this version does not have that listener yet." : "there is no such role.";
    }

    private Map<Role, ServerSettings> listeners(Set<Role> chosen, ServerSettings settings, Environment environment) {
        Map<Role, ServerSettings> listeners = new EnumMap<>(Role.class);
        for (Role role : chosen) {
            listeners.put(role, role == Role.GATEWAY ? settings : listen.manager(settings, environment));
        }
        return listeners;
    }

    private static void requireFree(Role role, ServerSettings settings) {
        if (settings.port() != 0 && !PortCheck.isFree(settings.host(), settings.port())) {
            throw portTaken(role, settings);
        }
    }

    private static CommandFailure portTaken(Role role, ServerSettings settings) {
        Diagnosis diagnosis = PortCheck.run(settings.host(), settings.port());
        String advice = role == Role.GATEWAY
                ? "--port or GATEWAY_PORT (0 takes any free one)."
                : "--manager-port or FORGE_SERVICE_MANAGER_PORT (0 takes any free one), or leave the service manager out"
                        + " with --roles gateway.";
        return new CommandFailure(
                ExitCode.PORT_TAKEN,
                "The " + role.label() + " cannot listen: " + diagnosis.evidence()
                        + ". Stop it, or choose another port with " + advice);
    }

    private static GatewayServer listen(
            Gateway gateway, Map<Role, ServerSettings> listeners, Management management, List<Route> more) {
        try {
            return GatewayServer.start(gateway, listeners, management, more);
        } catch (UncheckedIOException e) {
            // Somebody was faster between the check and now, or the address is not one of this machine's.
            throw new CommandFailure(ExitCode.PORT_TAKEN, String.valueOf(e.getMessage()), e);
        } catch (GatewayException e) {
            throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    private static void stopServices(Gateway gateway) {
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(gateway::close);
        try {
            stopped.get(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new CommandFailure(
                    ExitCode.FAILED, "Not every service ended within " + LONGEST_STOP.toSeconds() + " s.", e);
        } catch (ExecutionException e) {
            throw new CommandFailure(ExitCode.FAILED, "Stopping failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

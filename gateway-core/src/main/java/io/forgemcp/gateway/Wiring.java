package io.forgemcp.gateway;

import io.forgemcp.gateway.alert.AlertSettings;
import io.forgemcp.gateway.alert.Alerts;
import io.forgemcp.gateway.alert.MeasuredMetrics;
import io.forgemcp.gateway.catalog.Catalog;
import io.forgemcp.gateway.catalog.OwnCatalogs;
import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.endpoint.CallRecorder;
import io.forgemcp.gateway.endpoint.CallTally;
import io.forgemcp.gateway.endpoint.ClientSessions;
import io.forgemcp.gateway.endpoint.EndpointSettings;
import io.forgemcp.gateway.endpoint.Handshake;
import io.forgemcp.gateway.endpoint.LegacySseEndpoint;
import io.forgemcp.gateway.endpoint.ListChanges;
import io.forgemcp.gateway.endpoint.LocalClient;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.endpoint.MethodTable;
import io.forgemcp.gateway.endpoint.RouteFinder;
import io.forgemcp.gateway.endpoint.RpcEndpoint;
import io.forgemcp.gateway.endpoint.ServerMessages;
import io.forgemcp.gateway.endpoint.StreamableHttpEndpoint;
import io.forgemcp.gateway.endpoint.modern.DualEraEndpoint;
import io.forgemcp.gateway.endpoint.modern.ModernEndpoint;
import io.forgemcp.gateway.endpoint.modern.ModernSettings;
import io.forgemcp.gateway.endpoint.modern.TaskMemory;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.internal.CatalogKeeper;
import io.forgemcp.gateway.internal.FailureRate;
import io.forgemcp.gateway.internal.Observation;
import io.forgemcp.gateway.internal.Repeating;
import io.forgemcp.gateway.internal.ScalingLoop;
import io.forgemcp.gateway.internal.ServerProbe;
import io.forgemcp.gateway.internal.StoredCatalogs;
import io.forgemcp.gateway.internal.StoredTasks;
import io.forgemcp.gateway.internal.ToolSearch;
import io.forgemcp.gateway.internal.WakeTimes;
import io.forgemcp.gateway.lifecycle.JavaRuntime;
import io.forgemcp.gateway.lifecycle.LifecycleSettings;
import io.forgemcp.gateway.lifecycle.ProcSystemLoad;
import io.forgemcp.gateway.lifecycle.RemoteRuntime;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.SleepSettings;
import io.forgemcp.gateway.lifecycle.SystemLoad;
import io.forgemcp.gateway.lifecycle.SystemPolicy;
import io.forgemcp.gateway.lifecycle.process.ProcessRuntime;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.routing.KeywordToolRouter;
import io.forgemcp.gateway.routing.ToolRouter;
import io.forgemcp.gateway.scaling.PreWarmSettings;
import io.forgemcp.gateway.scaling.ScalingRecord;
import io.forgemcp.gateway.scaling.ScalingSettings;
import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.gateway.security.AdministratorRoles;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.LoopbackOnly;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;
import io.forgemcp.gateway.thread.Workers;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.InProcessTransport;
import io.forgemcp.gateway.transport.JdkHttpExchanger;
import io.forgemcp.gateway.transport.ProbingHttpTransport;
import io.forgemcp.gateway.transport.SseTransport;
import io.forgemcp.gateway.transport.StdioTransport;
import io.forgemcp.gateway.transport.StreamableHttpTransport;
import io.forgemcp.gateway.transport.TransportSettings;
import io.forgemcp.gateway.transport.UpstreamTransport;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.UpstreamSettings;
import io.forgemcp.gateway.upstream.Upstreams;
import io.forgemcp.gateway.virtualserver.VirtualServers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Every part of one gateway, put together once, in the order in which they depend on one another. */
final class Wiring {
    private static final long JAVA_SERVERS_SECONDS = 5;
    private static final long BACKGROUND_SECONDS = 5;
    /**
     * A server that ends is known to have ended, and how, within half a second, on a busy machine later: so long its callers
     * wait to be told how. Most are told sooner, and a server that only closes its connection is seldom.
     */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final List<ServiceDefinition> definitions;
    private final @Nullable SystemTimers ownTimers;
    private final Timers timers;
    private final EventBus events = new EventBus();
    private final MeasuredMetrics metrics;
    private final Authenticator authenticator;
    private final AccessPolicy accessPolicy;
    private final HttpExchanger exchanger;
    private final ServiceManager services;
    private final Upstreams upstreams;
    private final Catalog catalog;
    private final CatalogKeeper keeper;
    private final VirtualServers virtualServers;
    private final GatewayStore store;
    private final ToolSearch toolSearch;
    private final Observation observation;
    private final Alerts alerts;
    private final Repeating alertWatch;
    private final CallRecorder recorder;
    /** For work that may block and is in nobody's way: writing what was learnt, building the search index. */
    private final ExecutorService worker = Executors.newSingleThreadExecutor(Workers.daemons("forge-background"));
    /** Its own: a client waits for what is written here, and must not wait for an index or an alert. */
    private final ExecutorService taskWriter = Executors.newSingleThreadExecutor(Workers.daemons("forge-tasks"));

    private final ClientSessions sessions;
    private final RouteFinder routes;
    private final ListChanges listChanges;
    private final ModernEndpoint modern;
    private final McpEndpoint streamableHttp;
    private final McpEndpoint legacySse;
    private final McpEndpoint rpc;
    private final LocalClient localClient;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Null if the machine is not watched. */
    private @Nullable SystemLoad systemLoad;

    Wiring(GatewayBuilder from) {
        GatewaySettings settings = Objects.requireNonNullElse(from.settings, GatewaySettings.DEFAULT);
        definitions = List.copyOf(from.services.values());
        ownTimers = from.timers == null ? new SystemTimers() : null;
        timers = from.timers == null ? Objects.requireNonNull(ownTimers) : from.timers;
        AlertSettings alerting = Objects.requireNonNullElse(from.alerts, AlertSettings.NONE);
        metrics = new MeasuredMetrics(from.metrics == null ? new NoMetrics() : from.metrics, alerting.rules());
        authenticator = Objects.requireNonNullElseGet(from.authenticator, LoopbackOnly::new);
        accessPolicy = Objects.requireNonNullElseGet(from.accessPolicy, AdministratorRoles::new);
        exchanger = from.httpExchanger == null ? new JdkHttpExchanger() : from.httpExchanger;
        WakeTimes wakes = new WakeTimes(metrics);
        SystemPolicy system = Objects.requireNonNullElse(from.systemPolicy, SystemPolicy.NONE);
        services = new ServiceManager(
                runtimes(from),
                LifecycleSettings.defaults(),
                system.withSleep(system.sleep().withWakeTimeout(settings.startTimeout())),
                timers,
                events,
                wakes);
        if (from.systemPolicy != null) {
            systemLoad = Objects.requireNonNullElseGet(from.systemLoad, () -> new ProcSystemLoad(Path.of("")));
        }

        // Messages from servers that belong to no call go to whoever they concern, once both ends are there.
        ServerMessages fromServers = new ServerMessages();
        UpstreamSettings upstreamSettings = UpstreamSettings.DEFAULT.withHandshakeTimeout(settings.startTimeout());
        upstreams = new Upstreams(
                transports(from),
                upstreamSettings,
                () -> services.sleepSettings().wakeTimeout(),
                timers,
                metrics,
                fromServers);
        services.healthProbe(new ServerProbe(upstreams, exchanger, timers));
        store = from.store == null ? new InMemoryStore() : from.store;
        catalog = new Catalog(
                services, upstreams, new StoredCatalogs(store, worker), timers, events, settings.startTimeout());
        keeper = new CatalogKeeper(services, catalog, upstreams, timers, events);
        virtualServers = new VirtualServers(catalog::snapshot, settings.naming());
        from.virtualServers.forEach(virtualServers::add);
        ToolRouter router = from.toolRouter == null ? new KeywordToolRouter() : from.toolRouter;
        PreWarmSettings preWarm = Objects.requireNonNullElse(from.preWarm, PreWarmSettings.DEFAULT);
        recorder = new CallRecorder(metrics, keeper::unreachable);
        observation = new Observation(
                services,
                from.scalingPolicy,
                Objects.requireNonNullElse(from.scaling, ScalingSettings.DEFAULT),
                preWarm,
                recorder::tallies,
                store,
                timers,
                events,
                wakes,
                worker);
        alerts = new Alerts(alerting, metrics, timers, events, store, worker);
        alertWatch = new Repeating("alerts", alerting::interval, alerts::evaluate, timers, worker);
        toolSearch = new ToolSearch(virtualServers, router, worker, observation::found);

        sessions = new ClientSessions(timers, settings.sessionIdleTimeout(), settings.maxSessions(), this::clientGone);
        CallPath calls = new CallPath(
                services, upstreams, recorder, () -> services.sleepSettings().wakeTimeout());
        String version = Objects.requireNonNullElse(from.version, "0.1.0-SNAPSHOT");
        Handshake handshake = new Handshake(
                version,
                catalog::snapshot,
                name -> services.definition(name)
                        .map(ServiceDefinition::isolation)
                        .orElse(null));
        OwnCatalogs ownCatalogs = new OwnCatalogs(upstreams, catalog, timers, events, settings.startTimeout());
        routes = new RouteFinder(virtualServers, catalog, ownCatalogs, accessPolicy);
        MethodTable methods = new MethodTable(
                routes,
                handshake,
                calls,
                sessions,
                fromServers,
                timers,
                new EndpointSettings(settings.callTimeout(), settings.pageSize()));
        fromServers.connect(sessions, catalog);
        fromServers.connect(ownCatalogs);
        fromServers.connect(services);
        listChanges = new ListChanges(sessions, methods, timers, events);
        ModernSettings modernSettings = new ModernSettings(
                version, settings.callTimeout(), settings.sessionIdleTimeout(), settings.pageSize(), signingKey(from));
        // What a store in memory keeps is gone with the tasks' ids.
        TaskMemory tasks = store instanceof InMemoryStore ? TaskMemory.NONE : new StoredTasks(store, taskWriter);
        modern = new ModernEndpoint(
                modernSettings, routes, calls, sessions, catalog::snapshot, tasks, timers, events, this::clientGone);
        fromServers.connect(modern.resourceListeners());
        fromServers.connect(modern.logLevels());
        services.clientAbsence(client -> sessions.away(client).or(() -> modern.away(client)));
        streamableHttp = new DualEraEndpoint(new StreamableHttpEndpoint(sessions, methods), modern);
        legacySse = new LegacySseEndpoint(sessions, methods);
        rpc = new RpcEndpoint(sessions, methods);
        localClient = new LocalClient(sessions, methods);
        gauges();
    }

    private List<ServiceRuntime> runtimes(GatewayBuilder from) {
        List<ServiceRuntime> runtimes = new ArrayList<>(from.runtimes);
        runtimes.add(new JavaRuntime());
        runtimes.add(new RemoteRuntime());
        runtimes.add(new ProcessRuntime(timers));
        return runtimes;
    }

    private List<UpstreamTransport> transports(GatewayBuilder from) {
        List<UpstreamTransport> transports = new ArrayList<>(from.transports);
        transports.add(new InProcessTransport());
        transports.add(new StdioTransport(TransportSettings.DEFAULT, LAST_WORDS));
        transports.add(new StreamableHttpTransport(exchanger, timers, TransportSettings.DEFAULT, LAST_WORDS));
        transports.add(new SseTransport(exchanger));
        transports.add(new ProbingHttpTransport(exchanger, timers, TransportSettings.DEFAULT, LAST_WORDS));
        return transports;
    }

    private void gauges() {
        metrics.gauge(Metric.UP, () -> 1, "forge-mcp");
        metrics.gauge(Metric.SESSIONS, sessions::size);
        metrics.gauge(Metric.STREAMS, () -> sessions.streams() + modern.listeners());
    }

    private static byte[] signingKey(GatewayBuilder from) {
        if (from.signingKey != null) {
            return from.signingKey;
        }
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return key;
    }

    private void clientGone(ClientKey client) {
        upstreams.closeClient(client);
        services.releaseClient(client);
        routes.forget(client);
    }

    void start() {
        definitions.forEach(this::register);
        services.startAutoStarted();
        List<CompletableFuture<?>> inside = new ArrayList<>();
        for (ServiceDefinition service : definitions) {
            if (service.unavailable() == null && CatalogKeeper.startsByItself(service)) {
                if (service.runtime() == RuntimeChoice.JAVA) {
                    inside.add(catalog.refresh(service.name()).toCompletableFuture());
                } else {
                    keeper.learn(service.name());
                }
            }
        }
        awaitQuietly(inside);
        observation.start();
        if (!alerts.settings().rules().isEmpty()) {
            worker.execute(alerts::restore);
            alertWatch.start();
        }
        if (systemLoad != null) {
            services.watchSystem(
                    systemLoad, new FailureRate(() -> recorder.tallies().values()));
        }
    }

    /** Servers inside the process answer at once; one that does not is no reason to keep everybody else waiting. */
    private static void awaitQuietly(List<CompletableFuture<?>> learning) {
        CompletableFuture.allOf(learning.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, JAVA_SERVERS_SECONDS, TimeUnit.SECONDS)
                .exceptionally(failure -> null)
                .join();
    }

    void add(ServiceDefinition service) {
        register(service);
        if (service.unavailable() == null && CatalogKeeper.startsByItself(service)) {
            keeper.learn(service.name());
        }
    }

    private void register(ServiceDefinition service) {
        services.register(service);
        catalog.add(service);
        metrics.gauge(
                Metric.TOOLS,
                () -> catalog.snapshot()
                        .server(service.name())
                        .map(known -> (double) known.tools().size())
                        .orElse(Double.NaN),
                service.name().value());
        observation.added(service.name());
    }

    CompletionStage<Void> remove(ServiceName service) {
        return services.remove(service).thenRun(() -> {
            catalog.remove(service);
            metrics.removeGauge(Metric.TOOLS, service.value());
            observation.removed(service);
            exchanger.forget(service.value());
        });
    }

    GatewayStore store() {
        return store;
    }

    Timers timers() {
        return timers;
    }

    EventBus events() {
        return events;
    }

    GatewayMetrics metrics() {
        return metrics;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    AccessPolicy accessPolicy() {
        return accessPolicy;
    }

    ServiceManager services() {
        return services;
    }

    Catalog catalog() {
        return catalog;
    }

    VirtualServers virtualServers() {
        return virtualServers;
    }

    McpEndpoint streamableHttp() {
        return streamableHttp;
    }

    McpEndpoint legacySse() {
        return legacySse;
    }

    McpEndpoint rpc() {
        return rpc;
    }

    ToolSearch toolSearch() {
        return toolSearch;
    }

    /** Changes how sleeping works, for everything that happens from now on. */
    void sleepSettings(SleepSettings sleep) {
        services.sleepSettings(sleep);
        observation.demand().waking(sleep.optimization().prediction());
    }

    Alerts alerts() {
        return alerts;
    }

    Observation observation() {
        return observation;
    }

    Map<ServiceName, CallTally> tallies() {
        return recorder.tallies();
    }

    /** One pass over every service, after what the background worker has begun. */
    CompletionStage<List<ScalingRecord>> scale(ScalingLoop.Mode mode) {
        return CompletableFuture.supplyAsync(() -> observation.scaling().pass(mode), worker);
    }

    LocalClient localClient() {
        return localClient;
    }

    private void finishBackgroundWork() {
        finish(taskWriter);
        finish(worker);
    }

    private static void finish(ExecutorService background) {
        background.shutdown();
        try {
            if (!background.awaitTermination(BACKGROUND_SECONDS, TimeUnit.SECONDS)) {
                background.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            background.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** In the order of the path: no new calls, then no conversations, then no servers. */
    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        alertWatch.close();
        observation.close();
        listChanges.close();
        streamableHttp.close();
        sessions.close();
        keeper.close();
        upstreams.close();
        services.close();
        exchanger.close();
        finishBackgroundWork();
        store.close();
        if (ownTimers != null) {
            ownTimers.close();
        }
    }
}

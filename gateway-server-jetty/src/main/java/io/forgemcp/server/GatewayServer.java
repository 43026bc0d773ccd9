package io.forgemcp.server;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.server.client.JettyHttpExchanger;
import io.forgemcp.server.http.ByConnector;
import io.forgemcp.server.http.GatewayHandler;
import io.forgemcp.server.http.InlineResume;
import io.forgemcp.server.http.KeepAlive;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.RouteTable;
import io.forgemcp.server.http.UnreadableRequests;
import io.forgemcp.server.logging.LogCounter;
import io.forgemcp.server.manager.ChangedSettings;
import io.forgemcp.server.manager.Management;
import io.forgemcp.server.manager.ManagerRoutes;
import io.forgemcp.server.prometheus.SystemGauges;
import io.forgemcp.server.rest.RestRoutes;
import io.forgemcp.server.rest.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * A gateway behind one or more HTTP listeners, which share their threads. It listens once {@link #start} returns.
 * Thread-safe.
 */
public final class GatewayServer implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(5);
    /** The gateway's listener carries the calls; the others are for people and scripts. */
    private static final int SELECTORS = JettyHttpExchanger.SELECTORS;

    private static final int THREADS = SELECTORS + 6;
    /**
     * Characters of headers that a connection remembers so as not to parse them again: Host and Accept fit. Jetty takes a
     * hundred bytes of heap for each, so its default of 1,024 costs 100 KB a connection.
     */
    private static final int REMEMBERED_HEADERS = 192;
    /** Most that is read at once; a connection gives the buffer back when there is nothing to read. */
    private static final int READ_BYTES = 32 * 1024;

    private final Server server;
    private final Map<Role, ServerConnector> connectors;
    private final List<GatewayHandler> handlers;
    private final List<KeepAlive> keepAlives;
    private final Runnable onClose;

    private GatewayServer(
            Server server,
            Map<Role, ServerConnector> connectors,
            List<GatewayHandler> handlers,
            List<KeepAlive> keepAlives,
            Runnable onClose) {
        this.server = server;
        this.connectors = connectors;
        this.handlers = handlers;
        this.keepAlives = keepAlives;
        this.onClose = onClose;
    }

    /**
     * Listens for this gateway, which the caller starts and closes itself. The gateway's metrics get the listener's; if
     * they are {@link io.forgemcp.server.prometheus.PrometheusMetrics}, {@code /metrics} shows them.
     *
     * @throws UncheckedIOException if the address is in use or not to be had
     */
    public static GatewayServer start(Gateway gateway, ServerSettings settings) {
        return start(gateway, Map.of(Role.GATEWAY, settings), Management.NONE);
    }

    /**
     * Opens the listeners of these roles.
     *
     * @param management what the service manager needs beyond the gateway
     * @throws UncheckedIOException if an address is in use or not to be had; nothing listens then
     */
    public static GatewayServer start(Gateway gateway, Map<Role, ServerSettings> roles, Management management) {
        return start(gateway, roles, management, List.of());
    }

    /**
     * As {@link #start(Gateway, Map, Management)}.
     *
     * @param more routes of the gateway's listener
     */
    public static GatewayServer start(
            Gateway gateway, Map<Role, ServerSettings> roles, Management management, List<Route> more) {
        List<Listener> listeners = new ArrayList<>();
        List<Runnable> closings = new ArrayList<>();
        ChangedSettings.of(gateway, management.sleep()).recall();
        try {
            SystemGauges.register(gateway.metrics());
            LogCounter counter = LogCounter.install(gateway.metrics());
            closings.add(counter::close);
            new EnumMap<>(roles).forEach((role, settings) -> {
                switch (role) {
                    case GATEWAY -> {
                        Endpoints endpoints =
                                new Endpoints(gateway.streamableHttp(), gateway.legacySse(), gateway.rpc());
                        List<Route> others = new ArrayList<>(endpoints.routes());
                        others.addAll(more);
                        RestRoutes rest = new RestRoutes(gateway, Version.current(), others);
                        closings.add(rest::close);
                        listeners.add(new Listener(role, settings, rest::all));
                    }
                    case MANAGER -> {
                        // Nearly everybody who starts a gateway waits for it, hardly anybody for the manager.
                        long startedAt = gateway.timers().nanoTime();
                        Lazy<ManagerRoutes> manager =
                                new Lazy<>(() -> new ManagerRoutes(gateway, management, Version.current(), startedAt));
                        closings.add(() -> manager.ifMade().ifPresent(ManagerRoutes::close));
                        listeners.add(
                                new Listener(role, settings, () -> manager.get().all()));
                    }
                }
            });
            return listen(listeners, gateway.authenticator(), gateway.timers(), () -> closings.forEach(Runnable::run));
        } catch (RuntimeException failure) {
            closings.forEach(Runnable::run);
            throw failure;
        }
    }

    /** Listens with these routes and nothing else. */
    static GatewayServer listen(
            List<Listener> listeners, Authenticator authenticator, Timers timers, Runnable onClose) {
        // Nothing here blocks, so a few threads are enough; the HTTP client towards servers has its own. Jetty's own
        // kind of
        // queue would start JMX to learn one number: a fourteenth of the whole start.
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, SELECTORS + 1, 60_000, new LinkedBlockingQueue<>());
        threads.setName("forge-http");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        Server server = new Server(threads);
        server.setErrorHandler(new UnreadableRequests());
        Map<Role, ServerConnector> connectors = new EnumMap<>(Role.class);
        Map<Connector, GatewayHandler> handlers = new LinkedHashMap<>();
        List<KeepAlive> keepAlives = new ArrayList<>();
        for (Listener listener : listeners) {
            ServerSettings settings = listener.settings();
            ServerConnector connector = connector(server, threads, listener);
            KeepAlive keepAlive = new KeepAlive(timers, settings.keepAlive());
            keepAlives.add(keepAlive);
            Lazy<RouteTable> routes =
                    new Lazy<>(() -> new RouteTable(listener.routes().get()));
            if (listener.role() == Role.GATEWAY) {
                routes.get();
            }
            GatewayHandler handler = new GatewayHandler(routes, authenticator, timers, keepAlive, settings.limits());
            connectors.put(listener.role(), connector);
            handlers.put(connector, handler);
            server.addConnector(connector);
        }
        // One listener needs no look-up: the path of a call stays as short as it was.
        server.setHandler(handlers.size() == 1 ? handlers.values().iterator().next() : new ByConnector(handlers));
        GatewayServer started =
                new GatewayServer(server, connectors, List.copyOf(handlers.values()), keepAlives, onClose);
        try {
            server.start();
        } catch (IOException failure) {
            stop(server);
            throw new UncheckedIOException(
                    "Cannot listen on " + addresses(listeners) + ": " + failure.getMessage(), failure);
        } catch (Exception failure) {
            stop(server);
            throw new IllegalStateException("The listener cannot be started", failure);
        }
        return started;
    }

    private static ServerConnector connector(Server server, QueuedThreadPool threads, Listener listener) {
        ServerSettings settings = listener.settings();
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setHeaderCacheSize(REMEMBERED_HEADERS);
        http.setUriCompliance(UriCompliance.RFC3986);
        int selectors = listener.role() == Role.GATEWAY ? SELECTORS : 1;
        HttpConnectionFactory requests = new HttpConnectionFactory(http);
        requests.setInputBufferSize(READ_BYTES);
        ServerConnector connector =
                new ServerConnector(server, new InlineResume(threads), null, null, 0, selectors, requests);
        connector.setName(listener.role().label());
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.idleTimeout().toMillis());
        connector.setAcceptQueueSize(1024);
        connector.setReuseAddress(true);
        connector.setAcceptedTcpNoDelay(true);
        return connector;
    }

    private static String addresses(List<Listener> listeners) {
        return listeners.stream()
                .map(listener ->
                        listener.settings().host() + ":" + listener.settings().port())
                .collect(Collectors.joining(" and "));
    }

    /** The port it listens on: the gateway's, if it has that role. */
    public int port() {
        return connectors.values().iterator().next().getLocalPort();
    }

    /** Its base URL, without a path: the gateway's, if it has that role. */
    public URI uri() {
        return uri(connectors.keySet().iterator().next());
    }

    /** The base URL of the listener of a role. @throws NullPointerException if that role was not started */
    public URI uri(Role role) {
        ServerConnector connector = Objects.requireNonNull(connectors.get(role), role.label());
        String host = connector.getHost();
        String shown = host == null || host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
        return URI.create(
                "http://" + (shown.contains(":") ? "[" + shown + "]" : shown) + ":" + connector.getLocalPort());
    }

    /** The roles that listen. */
    public Set<Role> roles() {
        return Set.copyOf(connectors.keySet());
    }

    /** Refuses new requests, ends streams, gives calls under way a few seconds, and stops. Idempotent. */
    @Override
    public void close() {
        handlers.forEach(GatewayHandler::refuseNew);
        keepAlives.forEach(KeepAlive::close);
        long deadline = System.nanoTime() + GRACE.toNanos();
        while (handlers.stream().anyMatch(handler -> handler.underWay() > 0) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        stop(server);
        onClose.run();
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception failure) {
            throw new IllegalStateException("The listener cannot be stopped", failure);
        }
    }
}

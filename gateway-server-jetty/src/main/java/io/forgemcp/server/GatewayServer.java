package io.forgemcp.server;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.server.http.GatewayHandler;
import io.forgemcp.server.http.InlineResume;
import io.forgemcp.server.http.KeepAlive;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.RouteTable;
import io.forgemcp.server.http.UnreadableRequests;
import io.forgemcp.server.logging.LogCounter;
import io.forgemcp.server.prometheus.SystemGauges;
import io.forgemcp.server.rest.RestRoutes;
import io.forgemcp.server.rest.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The gateway behind one HTTP listener. It listens once {@link #start} returns. Thread-safe.
 */
public final class GatewayServer implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int THREADS = 8;
    private static final int SELECTORS = 2;

    private final Server server;
    private final ServerConnector connector;
    private final GatewayHandler handler;
    private final KeepAlive keepAlive;
    private final Runnable onClose;

    private GatewayServer(
            Server server, ServerConnector connector, GatewayHandler handler, KeepAlive keepAlive, Runnable onClose) {
        this.server = server;
        this.connector = connector;
        this.handler = handler;
        this.keepAlive = keepAlive;
        this.onClose = onClose;
    }

    /**
     * Listens for this gateway, which the caller starts and closes itself. The gateway's metrics get the listener's; if
     * they are {@link io.forgemcp.server.prometheus.PrometheusMetrics}, {@code /metrics} shows them.
     *
     * @throws UncheckedIOException if the address is in use or not to be had
     */
    public static GatewayServer start(Gateway gateway, ServerSettings settings) {
        Endpoints endpoints = new Endpoints(gateway.streamableHttp(), gateway.legacySse(), gateway.rpc());
        RestRoutes rest = new RestRoutes(gateway, Version.current(), endpoints.routes());
        SystemGauges.register(gateway.metrics());
        LogCounter counter = LogCounter.install(gateway.metrics());
        try {
            return listen(rest.all(), gateway.authenticator(), gateway.timers(), settings, () -> {
                rest.close();
                counter.close();
            });
        } catch (RuntimeException failure) {
            rest.close();
            counter.close();
            throw failure;
        }
    }

    /** Listens with these routes and nothing else. */
    static GatewayServer listen(
            List<Route> routes, Authenticator authenticator, Timers timers, ServerSettings settings, Runnable onClose) {
        KeepAlive keepAlive = new KeepAlive(timers, settings.keepAlive());
        GatewayHandler handler = new GatewayHandler(new RouteTable(routes), authenticator, timers, keepAlive, settings);
        // Nothing here blocks, so a few threads are enough; the HTTP client towards servers has its own.
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, SELECTORS + 1, 60_000);
        threads.setName("forge-http");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        Server server = new Server(threads);
        server.setHandler(handler);
        server.setErrorHandler(new UnreadableRequests());
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setUriCompliance(UriCompliance.RFC3986);
        ServerConnector connector = new ServerConnector(
                server, new InlineResume(threads), null, null, 0, SELECTORS, new HttpConnectionFactory(http));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.idleTimeout().toMillis());
        connector.setAcceptQueueSize(1024);
        connector.setReuseAddress(true);
        connector.setAcceptedTcpNoDelay(true);
        server.addConnector(connector);
        try {
            server.start();
        } catch (IOException failure) {
            stop(server);
            throw new UncheckedIOException(
                    "Cannot listen on " + settings.host() + ":" + settings.port() + ": " + failure.getMessage(),
                    failure);
        } catch (Exception failure) {
            stop(server);
            throw new IllegalStateException("The listener cannot be started", failure);
        }
        return new GatewayServer(server, connector, handler, keepAlive, onClose);
    }

    /** The port it listens on. */
    public int port() {
        return connector.getLocalPort();
    }

    /** Its base URL, without a path. */
    public URI uri() {
        String host = connector.getHost();
        String shown = host == null || host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
        return URI.create("http://" + (shown.contains(":") ? "[" + shown + "]" : shown) + ":" + port());
    }

    /** Refuses new requests, ends streams, gives calls under way a few seconds, and stops. Idempotent. */
    @Override
    public void close() {
        handler.refuseNew();
        keepAlive.close();
        long deadline = System.nanoTime() + GRACE.toNanos();
        while (handler.underWay() > 0 && System.nanoTime() < deadline) {
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

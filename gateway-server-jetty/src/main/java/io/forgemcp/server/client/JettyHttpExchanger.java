package io.forgemcp.server.client;

import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.client.ByteBufferRequestContent;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.ConnectionPool;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 towards servers. No redirects are followed, no cookies kept, nothing is decoded: what a server sends is what the
 * listener gets. Listeners run on the client's selecting threads, which is why they must not block. Thread-safe.
 *
 * <p>GET streams have connections of their own, apart from those of calls: a pool is searched from the front, and streams
 * that never end would stand there.
 */
public final class JettyHttpExchanger implements HttpExchanger {
    private static final int MAX_CONNECTIONS = 16_384;
    private static final int MAX_WAITING = 100_000;
    /**
     * One more than there are cores: calls wait behind a selector that was interrupted, not behind a core
     * (docs/performance.md). The listener has as many, for what it forwards comes back at the same rate.
     */
    public static final int SELECTORS = Math.min(Runtime.getRuntime().availableProcessors(), 8) + 1;

    private static final int THREADS = SELECTORS + 6;
    private static final int BUFFER = 32 * 1024;
    private static final int PIECE = 128 * 1024;
    private static final String JSON = "application/json";
    private static final long CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final long FORGET_ORIGIN_MILLIS = 600_000;
    private static final String STREAM = "stream";

    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable HttpClient plain;
    private volatile @Nullable HttpClient tls;
    private volatile boolean closed;

    @Override
    public UpstreamChannel.Exchange send(Call call, Listener listener) {
        Request request;
        try {
            request = request(call);
        } catch (IllegalArgumentException | IllegalStateException refused) {
            listener.onFailure(refused, false);
            return UpstreamChannel.Exchange.NONE;
        }
        JettyCall exchange = new JettyCall(request, listener);
        request.onRequestHeaders(exchange);
        request.send(exchange);
        return exchange;
    }

    private Request request(Call call) {
        URI url = call.url();
        Request request = client("https".equalsIgnoreCase(url.getScheme())).newRequest(url);
        request.method(call.method());
        if (call.method().equals("GET")) {
            request.tag(STREAM);
        }
        List<String> headers = call.headers();
        request.headers(fields -> {
            for (int i = 0; i + 1 < headers.size(); i += 2) {
                fields.add(headers.get(i), headers.get(i + 1));
            }
        });
        byte[] body = call.body();
        if (body != null) {
            request.body(content(body));
        }
        return request;
    }

    /** A large body goes out in pieces: the JDK copies what it is given before each attempt to write it. */
    private static Request.Content content(byte[] body) {
        if (body.length <= PIECE) {
            return new BytesRequestContent(JSON, body);
        }
        ByteBuffer whole = ByteBuffer.wrap(body);
        ByteBuffer[] pieces = new ByteBuffer[(body.length + PIECE - 1) / PIECE];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = whole.slice(i * PIECE, Math.min(PIECE, body.length - i * PIECE));
        }
        return new ByteBufferRequestContent(JSON, pieces);
    }

    /** Each is started when it is first needed: setting up TLS costs as much as the rest of the gateway's start. */
    private HttpClient client(boolean secure) {
        HttpClient known = secure ? tls : plain;
        return known != null ? known : startClient(secure);
    }

    private HttpClient startClient(boolean secure) {
        lock.lock();
        try {
            HttpClient known = secure ? tls : plain;
            if (known != null) {
                return known;
            }
            if (closed) {
                throw new IllegalStateException("The HTTP client is closed");
            }
            HttpClient started = newClient(secure ? new SslContextFactory.Client() : new NoTls());
            try {
                started.start();
            } catch (Exception failure) {
                throw new IllegalStateException("The HTTP client cannot be started", failure);
            }
            // Starting brings the decoders along; without them nothing asks servers for compressed answers.
            started.getContentDecoderFactories().clear();
            if (secure) {
                tls = started;
            } else {
                plain = started;
            }
            return started;
        } finally {
            lock.unlock();
        }
    }

    private static HttpClient newClient(SslContextFactory.Client security) {
        // Jetty's own kind of queue would start JMX to learn one number.
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1, 60_000, new LinkedBlockingQueue<>());
        threads.setName("forge-upstream");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        ClientConnector connector = new ClientConnector();
        connector.setExecutor(threads);
        connector.setSelectors(SELECTORS);
        connector.setSslContextFactory(security);
        HttpClientTransportOverHTTP transport = new HttpClientTransportOverHTTP(connector);
        transport.setInvocationType(Invocable.InvocationType.NON_BLOCKING);
        // Remembering would cost 100 KB a connection with every server that sends Cache-Control, and saves nothing.
        transport.setHeaderCacheSize(0);
        HttpClient client = new HttpClient(transport);
        client.setExecutor(threads);
        client.setFollowRedirects(false);
        client.setUserAgentField(null);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
        client.setMaxRequestsQueuedPerDestination(MAX_WAITING);
        client.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
        client.setIdleTimeout(0);
        client.setDestinationIdleTimeout(FORGET_ORIGIN_MILLIS);
        client.setResponseBufferSize(BUFFER);
        client.setStrictEventOrdering(false);
        return client;
    }

    @Override
    public void evict(URI origin) {
        for (HttpClient client : new HttpClient[] {plain, tls}) {
            if (client != null) {
                client.getDestinations().stream()
                        .filter(destination -> leadsTo(destination, origin))
                        .forEach(JettyHttpExchanger::closeIdle);
            }
        }
    }

    private static boolean leadsTo(Destination destination, URI wanted) {
        Origin origin = destination.getOrigin();
        int port = wanted.getPort() >= 0 ? wanted.getPort() : "https".equalsIgnoreCase(wanted.getScheme()) ? 443 : 80;
        return origin.getScheme().equalsIgnoreCase(Objects.requireNonNullElse(wanted.getScheme(), ""))
                && origin.getAddress().getHost().equalsIgnoreCase(Objects.requireNonNullElse(wanted.getHost(), ""))
                && origin.getAddress().getPort() == port;
    }

    /** Taking a connection out of the pool is the one way to be sure that nobody else uses it. */
    private static void closeIdle(Destination destination) {
        ConnectionPool pool = destination.getConnectionPool();
        for (Connection idle = pool.acquire(false); idle != null; idle = pool.acquire(false)) {
            idle.close();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            stop(plain);
            stop(tls);
        } finally {
            lock.unlock();
        }
    }

    private static void stop(@Nullable HttpClient client) {
        if (client != null) {
            try {
                client.stop();
            } catch (Exception failure) {
                throw new IllegalStateException("The HTTP client cannot be stopped", failure);
            }
        }
    }

    /** Loads no certificates, for a client that never speaks TLS. */
    private static final class NoTls extends SslContextFactory.Client {
        @Override
        protected void doStart() {}

        @Override
        protected void doStop() {}
    }
}

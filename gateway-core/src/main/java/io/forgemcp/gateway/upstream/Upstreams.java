package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.UpstreamTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every conversation of the gateway with servers. A call is sent on the session of its client, which is opened and
 * initialized on first use; what comes back goes to that call's listener and nobody else. Thread-safe; no method blocks.
 *
 * <p>A request is sent a second time only if it certainly did not run: the server had forgotten the session, or could
 * not be reached. Everything else ends the call, as {@code OUTCOME_UNKNOWN} if it may have run, and as {@link Undelivered}
 * if it was not sent: its caller may then send it to another instance.
 */
public final class Upstreams implements AutoCloseable {
    private final List<UpstreamTransport> transports;
    private final UpstreamSettings settings;
    private final Timers timers;
    private final GatewayMetrics metrics;
    private final CallTable table;
    private final SessionContext context;
    private final ConcurrentHashMap<SessionKey, Session> sessions = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<ServiceName, CircuitBreaker> breakers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * @param transports the first that supports an address is used for it
     * @param listener hears notifications that belong to no call
     */
    public Upstreams(
            List<UpstreamTransport> transports,
            UpstreamSettings settings,
            Timers timers,
            GatewayMetrics metrics,
            UpstreamListener listener) {
        this(transports, settings, settings::handshakeTimeout, timers, metrics, listener);
    }

    /**
     * As above, with a time for handshakes that may change.
     *
     * @param handshakeTime asked for each handshake, in place of {@link UpstreamSettings#handshakeTimeout}
     */
    public Upstreams(
            List<UpstreamTransport> transports,
            UpstreamSettings settings,
            Supplier<Duration> handshakeTime,
            Timers timers,
            GatewayMetrics metrics,
            UpstreamListener listener) {
        this.transports = List.copyOf(transports);
        this.settings = settings;
        this.timers = timers;
        this.metrics = metrics;
        this.table = new CallTable(timers, settings.sweepInterval());
        this.context = new SessionContext(
                settings,
                handshakeTime,
                timers,
                table,
                listener,
                new EraMemory(timers),
                new ModernWire(settings.version()),
                this::ended);
        metrics.gauge(Metric.UPSTREAM_SESSIONS, sessions::size);
    }

    /**
     * The client's session with this instance, opened if need be; a completed stage if it is there. Fails with a {@code
     * GatewayException}: {@code UPSTREAM_UNREACHABLE}, {@code UPSTREAM_REFUSED}, {@code UPSTREAM_PROTOCOL}, {@code
     * CALL_TIMEOUT} or {@code CIRCUIT_OPEN}.
     */
    public CompletionStage<UpstreamSession> session(UpstreamTarget target, ClientProfile client) {
        try {
            return require(target, client).opened();
        } catch (GatewayException refused) {
            return CompletableFuture.failedStage(refused);
        }
    }

    /** As {@link #session}, of one that is there or being opened; null if there is none. */
    public @Nullable UpstreamSession openSession(UpstreamTarget target, ClientProfile client) {
        return sessions.get(SessionKey.of(target, client));
    }

    /** The conversations that all clients share with this service, open or being opened: one with each instance. */
    public List<UpstreamSession> shared(ServiceName service) {
        List<UpstreamSession> shared = new ArrayList<>(1);
        for (Session session : sessions.values()) {
            if (session.service().equals(service) && session.target().service().isolation() == Isolation.SHARED) {
                shared.add(session);
            }
        }
        return shared;
    }

    /**
     * Sends a request. The listener hears exactly one answer or failure, at the latest one sweep after the request's
     * timeout, possibly before this method returns.
     */
    public Call send(UpstreamTarget target, ClientProfile client, UpstreamRequest request, CallListener listener) {
        PendingCall call = register(target, client, request, listener);
        dispatch(call, target, client, null);
        return call;
    }

    /**
     * The same for a call that has waited for its service already: if there is no session for it in time it fails with {@code
     * WAKE_TIMEOUT}. The handshake goes on for others.
     *
     * @param wakeTime the time in which its service was to be ready for it, on the way since the call began
     * @param since when it began, from {@link #now}
     */
    public Call send(
            UpstreamTarget target,
            ClientProfile client,
            UpstreamRequest request,
            CallListener listener,
            Duration wakeTime,
            long since) {
        PendingCall call = register(target, client, request, listener);
        dispatch(call, target, client, null, Readiness.of(wakeTime, since));
        return call;
    }

    /** On the clock of time limits, in nanoseconds. */
    public long now() {
        return timers.nanoTime();
    }

    private PendingCall register(
            UpstreamTarget target, ClientProfile client, UpstreamRequest request, CallListener listener) {
        long timeout = request.timeout().toNanos();
        return new PendingCall(
                        table,
                        new Way(target, client, request, listener),
                        request,
                        client,
                        listener,
                        timers.nanoTime() + timeout,
                        timeout / 1_000_000,
                        settings.reverseTimeout().toNanos())
                .register();
    }

    /** Where a call goes, the first time and again. */
    private final class Way implements Dispatcher {
        private final UpstreamTarget target;
        private final ClientProfile client;
        private final UpstreamRequest request;
        private final CallListener listener;

        private Way(UpstreamTarget target, ClientProfile client, UpstreamRequest request, CallListener listener) {
            this.target = target;
            this.client = client;
            this.request = request;
            this.listener = listener;
        }

        @Override
        public ServiceName service() {
            return target.service().name();
        }

        @Override
        public boolean goesTo(InstanceId instance) {
            return target.instance().equals(instance);
        }

        @Override
        public void dispatch(PendingCall call, @Nullable GatewayException after) {
            dispatchAgain(call, after, target, client);
        }

        @Override
        public @Nullable Call askClient(Message answer) {
            if (listener instanceof InputRounds) {
                // It looks at the answer itself.
                return null;
            }
            InputRounds rounds = new InputRounds(
                    request,
                    client,
                    listener,
                    (again, hearing) -> send(target, client, again, hearing),
                    timers,
                    settings.reverseTimeout(),
                    settings.retryDelay());
            rounds.next(answer);
            return rounds;
        }
    }

    /** @param undelivered why it could not be delivered before; null if that was not tried */
    private void dispatch(
            PendingCall call, UpstreamTarget target, ClientProfile client, @Nullable GatewayException undelivered) {
        dispatch(call, target, client, undelivered, null);
    }

    /** @param ready how long it waits for a handshake; null for as long as one takes from now on */
    private void dispatch(
            PendingCall call,
            UpstreamTarget target,
            ClientProfile client,
            @Nullable GatewayException undelivered,
            @Nullable Readiness ready) {
        Session session;
        try {
            session = require(target, client);
        } catch (GatewayException refused) {
            // That others could not be delivered either is no news.
            call.onNoSession(undelivered == null ? refused : undelivered);
            return;
        }
        session.submit(call, client, ready);
    }

    private void dispatchAgain(
            PendingCall call, @Nullable GatewayException after, UpstreamTarget target, ClientProfile client) {
        if (after != null && after.code() == ErrorCode.UPSTREAM_UNREACHABLE) {
            timers.schedule(settings.retryDelay(), () -> {
                // Over if its instance ended meanwhile: to connect to where nobody is any more may take seconds.
                if (!call.isOver()) {
                    dispatch(call, target, client, after);
                }
            });
        } else {
            dispatch(call, target, client, null);
        }
    }

    private Session require(UpstreamTarget target, ClientProfile client) {
        SessionKey key = SessionKey.of(target, client);
        Session session = sessions.get(key);
        if (session != null) {
            if (session.breaker().isOpen()) {
                session.breaker().check();
            }
            session.checkOwner(client.key());
            return session;
        }
        return open(key, target, client);
    }

    private Session open(SessionKey key, UpstreamTarget target, ClientProfile client) {
        if (closed) {
            throw shuttingDown();
        }
        ServiceName service = target.service().name();
        UpstreamTransport transport = transport(service, target.address());
        CircuitBreaker breaker = breaker(target.instance());
        breaker.check();
        Session fresh = new Session(
                context,
                key,
                target,
                Introduction.of(target, client),
                breaker,
                metrics.counter(Metric.UPSTREAM_STRAYS, service.value()));
        Session session = sessions.putIfAbsent(key, fresh);
        if (session == null) {
            session = fresh;
            fresh.open(transport);
        }
        session.checkOwner(client.key());
        if (closed) {
            session.end(shuttingDown());
        }
        return session;
    }

    private UpstreamTransport transport(ServiceName service, InstanceAddress address) {
        for (UpstreamTransport transport : transports) {
            if (transport.supports(address)) {
                return transport;
            }
        }
        throw new GatewayException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "No transport of this gateway speaks to service \"" + service + "\" (" + address + ").");
    }

    private CircuitBreaker breaker(InstanceId instance) {
        CircuitBreaker known = breakers.get(instance.service());
        return known != null && !known.isBefore(instance)
                ? known
                : breakers.compute(
                        instance.service(),
                        (service, last) ->
                                last != null && !last.isBefore(instance) ? last : newBreaker(instance, last));
    }

    private CircuitBreaker newBreaker(InstanceId instance, @Nullable CircuitBreaker last) {
        ServiceName service = instance.service();
        if (last == null) {
            metrics.gauge(Metric.UPSTREAM_CIRCUIT, () -> isCircuitOpen(service) ? 1 : 0, service.value());
        }
        return new CircuitBreaker(instance, settings.breakerFailures(), settings.breakerPause(), timers);
    }

    private boolean isCircuitOpen(ServiceName service) {
        CircuitBreaker breaker = breakers.get(service);
        return breaker != null && breaker.isOpen();
    }

    private void ended(Session session) {
        sessions.remove(session.key(), session);
        if (!session.owner().equals(ClientKey.GATEWAY)) {
            context.listener().onEnded(session.service(), session.owner());
        }
    }

    /**
     * The conversation that the service has with this client alone; null if there is none. If there are two, the one with a
     * session of the server's, because what is this client's own belongs to it, and of those the one with the latest
     * instance: the other is being taken away.
     */
    public @Nullable UpstreamSession own(ServiceName service, ClientKey client) {
        Session own = null;
        for (Session session : sessions.values()) {
            if (session.isReady()
                    && session.service().equals(service)
                    && session.owner().equals(client)
                    && (own == null || isBefore(own, session))) {
                own = session;
            }
        }
        return own;
    }

    private static boolean isBefore(Session one, Session other) {
        return one.isModern() == other.isModern()
                ? one.key().instance().number() < other.key().instance().number()
                : one.isModern();
    }

    /** Passes a notification of the client on, if there is a session that could have use for it. */
    public void notify(UpstreamTarget target, ClientProfile client, Message notification) {
        Session session = sessions.get(SessionKey.of(target, client));
        if (session != null) {
            session.notify(notification);
        }
    }

    /** Passes a notification of the client on to every server that has a session for this client alone. */
    public void notifyAll(ClientKey client, Message notification) {
        for (Session session : sessions.values()) {
            if (!client.equals(ClientKey.GATEWAY) && session.owner().equals(client)) {
                session.notify(notification);
            }
        }
    }

    /** Sends a request to every server that has this capability and a session for this client alone. */
    public void askAll(ClientKey client, String capability, Message request) {
        for (Session session : sessions.values()) {
            if (!client.equals(ClientKey.GATEWAY) && session.owner().equals(client)) {
                session.ask(capability, request);
            }
        }
    }

    /** The client has gone: ends the sessions that were its own. */
    public void closeClient(ClientKey client) {
        for (Session session : sessions.values()) {
            if (!client.equals(ClientKey.GATEWAY) && session.owner().equals(client)) {
                session.end(new GatewayException(ErrorCode.CANCELLED, "The client's session has ended."));
            }
        }
    }

    /**
     * The instance has ended: calls that were sent to it end with an unknown outcome, and those that were to be sent to it again
     * are not.
     *
     * @param why for people, for example its exit status and the last line that it wrote
     */
    public void closeInstance(InstanceId instance, String why) {
        GatewayException reason = new GatewayException(
                ErrorCode.UPSTREAM_UNREACHABLE,
                "Service \"" + instance.service() + "\" has ended: " + why + (why.endsWith(".") ? "" : "."));
        for (Session session : sessions.values()) {
            if (session.key().instance().equals(instance)) {
                session.end(reason);
                evict(session.target());
            }
        }
        for (PendingCall call : table.all()) {
            if (call.isFor(instance)) {
                call.onChannelClosed(reason);
            }
        }
    }

    /** The service has fallen asleep: its idle connections would break on first use after a long sleep. */
    public void evictConnections(ServiceName service) {
        for (Session session : sessions.values()) {
            if (session.service().equals(service)) {
                evict(session.target());
            }
        }
    }

    private void evict(UpstreamTarget target) {
        for (UpstreamTransport transport : transports) {
            if (transport.supports(target.address())) {
                transport.evict(target.address());
                return;
            }
        }
    }

    /** Whether there is a conversation with this instance, whoever's it is. */
    public boolean speaksTo(InstanceId instance) {
        for (SessionKey key : sessions.keySet()) {
            if (key.instance().equals(instance)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether this instance has been spoken to and has not answered anybody: no call has reached it. A session of it that is
     * being opened says little by itself: over HTTP calls of another one, also of one that is lost, may still be answered.
     */
    public boolean isBeginning(InstanceId instance) {
        boolean spokenTo = false;
        for (Session session : sessions.values()) {
            if (session.key().instance().equals(instance)) {
                if (Session.hasAnswered(session)) {
                    return false;
                }
                spokenTo = true;
            }
        }
        if (spokenTo) {
            for (PendingCall call : table.all()) {
                if (call.hasReached(instance)) {
                    return false;
                }
            }
        }
        return spokenTo;
    }

    /** Calls whose answer or end of response is still to come. */
    int callsUnderWay() {
        return table.all().size();
    }

    /** Sessions that are open or being opened. */
    int sessionsOpen() {
        return sessions.size();
    }

    private static GatewayException shuttingDown() {
        return new GatewayException(ErrorCode.SHUTTING_DOWN, "The gateway is shutting down.");
    }

    /** Ends every session and every call. Idempotent. */
    @Override
    public void close() {
        closed = true;
        for (Session session : sessions.values()) {
            session.end(shuttingDown());
        }
        for (PendingCall call : table.all()) {
            call.onChannelClosed(shuttingDown());
        }
        metrics.removeGauge(Metric.UPSTREAM_SESSIONS);
        breakers.keySet().forEach(service -> metrics.removeGauge(Metric.UPSTREAM_CIRCUIT, service.value()));
    }
}

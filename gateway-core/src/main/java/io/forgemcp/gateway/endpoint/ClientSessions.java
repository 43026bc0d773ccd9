package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.ClientKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All client sessions: made by initialize, ended by DELETE, by idleness or with the gateway. A session id is 128 random
 * bits and never stands for an identity: whoever uses it must be the caller who made it. Thread-safe.
 */
public final class ClientSessions implements AutoCloseable {
    /** Also how exactly it is known when a client that is only listening was last there. */
    private static final Duration SWEEP = Duration.ofMinutes(1);

    private final Map<String, ClientSession> sessions = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final Timers timers;
    private final Duration idleTimeout;
    private final int limit;
    private final int callerLimit;
    /** The sessions of each principal; without identity that is everybody on this machine. */
    private final Holdings held;

    private final Consumer<ClientKey> onEnd;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** What all sessions keep for clients that resume a stream. */
    private final AtomicLong replayBytes = new AtomicLong();

    private final SlowCalls slow;
    /** Of all clients without a session: ended, so that nothing stays in it. */
    private final ClientState nothingKept;

    /**
     * @param idleTimeout after which an unused session without an open stream ends
     * @param limit most sessions at once; half of them may be one caller's, so that the others always find room
     * @param onEnd told of every session that has ended, so that what servers keep for it can go
     */
    public ClientSessions(Timers timers, Duration idleTimeout, int limit, Consumer<ClientKey> onEnd) {
        this.timers = timers;
        this.idleTimeout = idleTimeout;
        this.limit = limit;
        this.callerLimit = Math.max(1, limit / 2);
        this.held = new Holdings(callerLimit);
        this.onEnd = onEnd;
        this.slow = new SlowCalls(timers, this::look);
        this.nothingKept = newState();
        this.nothingKept.end();
        scheduleSweep();
    }

    /** How many sessions are open. */
    public int size() {
        return sessions.size();
    }

    /** How many sessions have an open stream. */
    public int streams() {
        int streams = 0;
        for (ClientSession session : sessions.values()) {
            streams += session.streams().isListening() ? 1 : 0;
        }
        return streams;
    }

    ClientSession open(Caller caller, @Nullable String virtualServer) {
        if (sessions.size() >= limit || closed.get()) {
            throw new GatewayException(
                    ErrorCode.TOO_MANY_SESSIONS,
                    "The gateway has " + sessions.size() + " sessions, the most are " + limit
                            + ", and takes no more. End unused ones with DELETE.");
        }
        if (!held.take(caller.principal())) {
            throw new GatewayException(
                    ErrorCode.TOO_MANY_SESSIONS,
                    "This caller has " + callerLimit + " sessions, which is the most for one caller (half of the "
                            + limit + " for all). End unused ones with DELETE, or use one for many requests.");
        }
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        String id = HexFormat.of().formatHex(bits);
        ClientSession session =
                new ClientSession(id, new ClientKey(id), caller, virtualServer, newState(), slow, timers.nanoTime());
        sessions.put(id, session);
        return session;
    }

    /** A session for one request of a caller that keeps none; its conversations are shared by that caller's requests. */
    ClientSession transientSession(Caller caller, @Nullable String virtualServer) {
        ClientKey key = new ClientKey("stateless:" + caller.principal(), ClientKey.Keeps.NOTHING);
        return new ClientSession("", key, caller, virtualServer, nothingKept, slow, timers.nanoTime());
    }

    /** Looks at the calls that are under way. */
    private void look(Runnable again) {
        boolean any = false;
        for (ClientSession session : sessions.values()) {
            any |= session.lookAtCalls();
        }
        if (any && !closed.get()) {
            again.run();
        }
    }

    private ClientState newState() {
        return new ClientState(
                new SessionStreams(new ReplayLog(ReplayLog.Limits.DEFAULT, replayBytes), timers::nanoTime));
    }

    /**
     * The session with this id.
     *
     * @throws GatewayException with {@link ErrorCode#SESSION_NOT_FOUND} also for someone else's session, which looks
     *     like none
     */
    ClientSession require(String id, Caller caller, @Nullable String virtualServer) {
        ClientSession session = sessions.get(id);
        if (session == null
                || !session.caller().principal().equals(caller.principal())
                || !Objects.equals(session.virtualServer(), virtualServer)) {
            throw new GatewayException(
                    ErrorCode.SESSION_NOT_FOUND,
                    "The session is unknown, has expired or has been ended. Send initialize again.");
        }
        session.used(timers.nanoTime());
        return session;
    }

    @Nullable
    ClientSession find(ClientKey key) {
        return sessions.get(key.value());
    }

    /** How long the client of this session has been away, as {@code ClientAbsence} has it; empty if there is no such session. */
    public Optional<Duration> away(ClientKey client) {
        return Optional.ofNullable(find(client)).map(session -> Duration.ofNanos(session.away(timers.nanoTime())));
    }

    /**
     * Whether a client with a session wants to hear of this resource, or is just saying so.
     *
     * @param uri as the server knows it
     */
    public boolean wants(ServiceName service, String uri) {
        for (ClientSession session : sessions.values()) {
            if (session.subscriptions().has(service, uri)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it takes no more sessions, because the gateway stops. */
    boolean isClosed() {
        return closed.get();
    }

    Collection<ClientSession> all() {
        return sessions.values();
    }

    void end(ClientSession session, String reason) {
        if (sessions.remove(session.id()) != null) {
            held.give(session.caller().principal());
            session.end(reason);
            onEnd.accept(session.key());
        }
    }

    private void scheduleSweep() {
        Duration quarter = idleTimeout.dividedBy(4);
        timers.schedule(quarter.compareTo(SWEEP) < 0 ? quarter : SWEEP, () -> {
            if (!closed.get()) {
                sweep();
                scheduleSweep();
            }
        });
    }

    private void sweep() {
        long now = timers.nanoTime();
        for (ClientSession session : sessions.values()) {
            session.forget(now);
            if (session.idle(now, idleTimeout.toNanos())) {
                end(session, "the session was idle for " + idleTimeout.toMinutes() + " minutes");
            }
        }
    }

    /** Ends all sessions and takes no more. */
    @Override
    public void close() {
        closed.set(true);
        for (ClientSession session : sessions.values()) {
            end(session, "the gateway is shutting down");
        }
    }
}

package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.time.Timers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of a bridge, up to a limit; unused ones end. Thread-safe. */
final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    /** What clients may come back for is dropped so often, and unused sessions are looked for. */
    private static final Duration SWEEP = Duration.ofMinutes(1);

    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong kept = new AtomicLong();
    private final SecureRandom random = new SecureRandom();
    private final Timers timers;
    private final int limit;
    private final Duration idleTimeout;
    private final Supplier<Conversation> conversations;
    private volatile boolean closed;

    /** @param conversations makes what a new session speaks through */
    Sessions(Timers timers, BridgeSettings settings, Supplier<Conversation> conversations) {
        this.timers = timers;
        this.limit = settings.maxSessions();
        this.idleTimeout = settings.idleTimeout();
        this.conversations = conversations;
        sweepLater();
    }

    int size() {
        return sessions.size();
    }

    /** @throws GatewayException with {@link ErrorCode#TOO_MANY_SESSIONS} */
    Session open() {
        if (closed) {
            throw new GatewayException(ErrorCode.SHUTTING_DOWN, "The bridge is shutting down.");
        }
        if (count.incrementAndGet() > limit) {
            count.decrementAndGet();
            throw new GatewayException(
                    ErrorCode.TOO_MANY_SESSIONS,
                    "The bridge serves " + limit + " sessions and takes no more. End unused ones with DELETE, try again"
                            + " later, or allow more with --max-sessions.");
        }
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        Session session = new Session(HexFormat.of().formatHex(bits), conversations.get(), timers, kept);
        sessions.put(session.id(), session);
        session.conversation().join(session);
        return session;
    }

    /** @throws GatewayException with {@link ErrorCode#SESSION_NOT_FOUND} */
    Session require(String id) {
        Session session = sessions.get(id);
        if (session == null) {
            throw new GatewayException(
                    ErrorCode.SESSION_NOT_FOUND,
                    "The session is unknown, has expired or has been ended. Send initialize again.");
        }
        session.used();
        return session;
    }

    void end(Session session, String reason) {
        if (sessions.remove(session.id()) != null) {
            count.decrementAndGet();
            LOG.info("event=session_ended sessions={} reason=\"{}\"", sessions.size(), reason);
            session.conversation().leave(session);
            session.end();
        }
    }

    private void sweepLater() {
        Duration quarter = idleTimeout.dividedBy(4);
        Duration pause = idleTimeout.isZero() || quarter.compareTo(SWEEP) > 0 ? SWEEP : quarter;
        timers.schedule(pause, () -> {
            if (!closed) {
                for (Session session : sessions.values()) {
                    session.forgetOld();
                    if (!idleTimeout.isZero() && session.idle(idleTimeout.toNanos())) {
                        end(session, "nobody used it for " + idleTimeout.toSeconds() + " s");
                    }
                }
                sweepLater();
            }
        });
    }

    void close() {
        closed = true;
        List.copyOf(sessions.values()).forEach(session -> end(session, "the bridge is shutting down"));
    }
}

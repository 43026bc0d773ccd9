package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one session: those on which requests are answered, and the standing ones on which everything else is
 * said, each message on exactly one of them. Thread-safe.
 */
public final class SessionStreams {
    /** Standing streams that are remembered although nothing carries them. */
    private static final int MOST_BROKEN = 4;

    private final ReplayLog log;
    private final LongSupplier clock;
    private final AtomicInteger names = new AtomicInteger();
    /** Answering requests, not answered yet. */
    private final Map<String, SessionStream> answering = new ConcurrentHashMap<>(2);

    private final List<SessionStream> standing = new CopyOnWriteArrayList<>();
    private final EndedStreams ended;

    /**
     * @param log keeps what is said, for this session alone
     * @param clock nanoseconds, as {@link System#nanoTime} counts them
     */
    public SessionStreams(ReplayLog log, LongSupplier clock) {
        this.log = log;
        this.clock = clock;
        this.ended = new EndedStreams(log);
    }

    /**
     * A stream on which a request is answered, which goes on without a connection.
     *
     * @param prime whether it begins with an event to resume from
     * @param requests ids of those that are answered on it
     */
    public SessionStream answering(EventStream connection, boolean prime, List<RequestId> requests) {
        SessionStream stream = new SessionStream("c" + names.incrementAndGet(), log, clock, requests);
        answering.put(stream.name(), stream);
        stream.connect(connection, prime);
        return stream;
    }

    /** The request has been answered on this stream; the log alone remembers it from now on. */
    public void answered(SessionStream stream) {
        ended.add(stream);
        answering.remove(stream.name());
        stream.close();
    }

    /**
     * A stream for what belongs to no request.
     *
     * @param numbered whether it can be resumed
     * @param prime whether it begins with an event to resume from
     */
    public SessionStream standing(EventStream connection, boolean numbered, boolean prime) {
        SessionStream stream =
                new SessionStream("s" + names.incrementAndGet(), numbered ? log : null, clock, List.of());
        stream.connect(connection, prime);
        standing.add(stream);
        if (standing.size() > MOST_BROKEN) {
            forgetBroken();
        }
        return stream;
    }

    private void forgetBroken() {
        int surplus = standing.size() - MOST_BROKEN;
        for (SessionStream stream : standing) {
            if (surplus > 0 && !stream.isConnected()) {
                standing.remove(stream);
                surplus--;
            }
        }
    }

    /**
     * Goes on with the stream of which the client got this event last. A stream that is said to go on and has lost events
     * says so; a call whose answer is lost is answered with an error.
     *
     * @param responder opens the connection; untouched if there is nothing to go on with
     * @param headers of the answer, names and values in turn
     * @return false if nothing can have been missed that a new stream does not bring
     * @throws GatewayException with {@link ErrorCode#UNKNOWN_EVENT} if this session was never given the event, or if what
     *     was answered on its stream is no longer kept
     */
    public boolean resume(String lastEventId, McpResponder responder, String... headers) {
        if (lastEventId.isEmpty()) {
            return false;
        }
        int dash = lastEventId.indexOf('-');
        long number = dash < 2 ? -1 : number(lastEventId, dash + 1);
        String name = number < 0 ? "" : lastEventId.substring(0, dash);
        if (!isGiven(name)) {
            throw EndedStreams.neverGiven();
        }
        SessionStream live = find(name);
        if (live == null) {
            // A standing stream that is forgotten was broken for long; a new one says what is said from now on.
            return name.charAt(0) == 'c' && ended.resume(name, number, responder, headers);
        }
        if (number > live.events()) {
            throw EndedStreams.neverGiven();
        }
        EventStream connection = responder.stream(headers);
        live.resume(connection, number);
        responder.onDisconnect(() -> live.disconnected(connection));
        return true;
    }

    /** Whether one of this session's streams has or had this name. */
    private boolean isGiven(String name) {
        if (name.isEmpty() || (name.charAt(0) != 'c' && name.charAt(0) != 's')) {
            return false;
        }
        long which = number(name, 1);
        return which > 0 && which <= names.get();
    }

    private @Nullable SessionStream find(String name) {
        SessionStream found = answering.get(name);
        for (SessionStream stream : standing) {
            if (stream.name().equals(name)) {
                found = stream;
            }
        }
        return found;
    }

    private static long number(String text, int from) {
        if (from == text.length() || text.length() - from > 15) {
            return -1;
        }
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(text.substring(from));
    }

    /**
     * Says something that belongs to no request, on one standing stream; on a broken one, for when it is resumed, if
     * there is no other.
     *
     * @return false if the client has never opened one
     */
    public boolean push(byte[] json) {
        SessionStream chosen = null;
        for (SessionStream stream : standing) {
            if (stream.isConnected()) {
                chosen = stream;
                break;
            }
            chosen = stream;
        }
        if (chosen != null) {
            chosen.send(json);
        }
        return chosen != null;
    }

    /** Whether the client listens to what belongs to no request. */
    public boolean isListening() {
        for (SessionStream stream : standing) {
            if (stream.isConnected()) {
                return true;
            }
        }
        return false;
    }

    long now() {
        return clock.getAsLong();
    }

    /** Drops what nobody will ask for any more. */
    public void forget(long now) {
        log.forget(now);
    }

    /** Ends all of them and forgets what was said. Idempotent. */
    public void close() {
        standing.forEach(SessionStream::close);
        answering.values().forEach(SessionStream::close);
        standing.clear();
        answering.clear();
        ended.clear();
        log.clear();
    }
}

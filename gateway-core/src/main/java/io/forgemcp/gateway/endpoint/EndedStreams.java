package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last streams of one session on which requests were answered: how long they were and what they answered, so that a
 * client that comes back too late for an answer is told so instead of waiting for it. Thread-safe.
 */
final class EndedStreams {
    private static final int MOST = 32;

    private final ReplayLog log;
    private final Map<String, Ended> ended = new LinkedHashMap<>(2);

    private record Ended(long events, List<RequestId> requests) {}

    EndedStreams(ReplayLog log) {
        this.log = log;
    }

    synchronized void add(SessionStream stream) {
        ended.put(stream.name(), new Ended(stream.events(), stream.requests()));
        if (ended.size() > MOST) {
            Iterator<String> oldest = ended.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    synchronized void clear() {
        ended.clear();
    }

    private synchronized @Nullable Ended find(String name) {
        return ended.get(name);
    }

    /**
     * Says what was missed of such a stream behind the event with this number, and an error for each answer that is lost.
     *
     * @param responder untouched if there is nothing to say
     * @return false if nothing was missed
     * @throws GatewayException with {@link ErrorCode#UNKNOWN_EVENT}
     */
    boolean resume(String name, long number, McpResponder responder, String... headers) {
        Ended stream = find(name);
        List<ReplayLog.Event> missed = log.after(name, number);
        if (stream == null && missed.isEmpty()) {
            throw new GatewayException(
                    ErrorCode.UNKNOWN_EVENT,
                    "The event " + name + "-" + number + " belongs to no stream of this session whose events are still"
                            + " kept. What was answered on it cannot be had any more.");
        }
        if (stream != null && number > stream.events()) {
            throw neverGiven();
        }
        long lost = stream == null ? 0 : stream.events() - number - missed.size();
        if (missed.isEmpty() && lost == 0) {
            return false;
        }
        EventStream connection = responder.stream(headers);
        SessionStream.tellLost(connection, lost);
        missed.forEach(event -> connection.numbered(name + "-" + event.number(), event.json()));
        if (stream != null && lost > 0) {
            unanswered(stream, missed).forEach(id -> connection.event(null, lostAnswer(id)));
        }
        connection.close();
        return true;
    }

    static GatewayException neverGiven() {
        return new GatewayException(
                ErrorCode.UNKNOWN_EVENT,
                "Last-Event-ID names no event that this session was given. Ids hold within their session only.");
    }

    private static List<RequestId> unanswered(Ended stream, List<ReplayLog.Event> said) {
        List<RequestId> left = new ArrayList<>(stream.requests());
        for (ReplayLog.Event event : said) {
            Message message = Message.parse(event.json());
            if (message.isAnswer()) {
                left.remove(message.id());
            }
        }
        return left;
    }

    private static byte[] lostAnswer(RequestId id) {
        return Messages.error(
                id,
                new GatewayException(
                        ErrorCode.OUTCOME_UNKNOWN,
                        "This request has been answered, but the answer is no longer kept for a client that comes"
                                + " back for it. Look what the call has done before it is made again."));
    }
}

package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One child for all clients. Each request gets a number of our own for its id and its progress token, so answers and progress
 * find their way back. What cannot be attributed with certainty goes to nobody: log messages, and requests of the server,
 * which are refused; the handshake is ours and declares no capability that would make a server send any.
 */
final class SharedConversation implements Conversation, LinkOwner {
    private static final Logger LOG = LoggerFactory.getLogger(SharedConversation.class);

    private final ServerLink link;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    /** The other way: what a session asked under its own id. Every request looks here, so it is not searched for. */
    private final Map<Asked, Long> numbers = new ConcurrentHashMap<>();

    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final Subscriptions subscriptions = new Subscriptions();
    private final KnownTools tools = new KnownTools();
    private final @Nullable SharedHandshake handshake;

    /** @param handshake what the child was told; null for a child that is spoken to without one */
    SharedConversation(ServerLink link, @Nullable SharedHandshake handshake) {
        this.link = link;
        this.handshake = handshake;
    }

    /** What has been learnt of the server's tools. */
    KnownTools tools() {
        return tools;
    }

    /** Starts the child unless that has been done. */
    CompletionStage<Void> open() {
        link.adopt(this);
        return link.open();
    }

    @Override
    public void join(Session session) {
        sessions.add(session);
        open();
    }

    @Override
    public void leave(Session session) {
        sessions.remove(session);
        subscriptions.forget(session);
        for (Map.Entry<Long, Pending> entry : pending.entrySet()) {
            if (entry.getValue().session() == session) {
                cancel(entry.getKey());
            }
        }
    }

    @Override
    public void request(Session session, Message request, Reply reply) {
        open();
        Asked key = new Asked(session, request.requireId());
        if (numbers.containsKey(key)) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST,
                    "The session has a request with the id " + request.requireId() + " under way. Use another id.");
        }
        if (handshake != null && request.method().equals("initialize")) {
            Pending asked = new Pending(request, request, session, reply);
            session.began(asked);
            handshake.greet(asked);
            return;
        }
        if (handshake != null && onlyOthersSubscribe(session, request)) {
            reply.answer(Renumbering.emptyResult(request.requireId()));
            return;
        }
        long number = ids.incrementAndGet();
        Message sent = Renumbering.towardsServer(request, number);
        Pending asked = new Pending(request, sent, session, reply);
        numbers.put(key, number);
        pending.put(number, asked);
        session.began(asked);
        link.send(sent);
    }

    /** Keeps the books on subscriptions; true for the end of one that the server must not end, because others have it. */
    private boolean onlyOthersSubscribe(Session session, Message request) {
        String uri = String.valueOf(request.text(Message.Field.URI));
        if (request.method().equals("resources/subscribe")) {
            subscriptions.add(session, uri);
        }
        return request.method().equals("resources/unsubscribe") && subscriptions.remove(session, uri);
    }

    private @Nullable Long find(Session session, RequestId id) {
        return numbers.get(new Asked(session, id));
    }

    /** No longer under way; null if it was not. */
    private @Nullable Pending take(long number) {
        Pending asked = pending.remove(number);
        if (asked != null) {
            numbers.remove(new Asked(asked.session(), asked.id()), number);
        }
        return asked;
    }

    private record Asked(Session session, RequestId id) {}

    @Override
    public void pass(Session session, Message message) {
        if (message.isAnswer()) {
            LOG.debug("event=answer_dropped reason=\"a shared server asks nobody\"");
            return;
        }
        switch (message.method()) {
            case "notifications/cancelled" -> {
                RequestId id = Renumbering.cancelled(message);
                Long number = id == null ? null : find(session, id);
                if (number != null) {
                    // The answer may still come; nobody wants it.
                    cancel(number);
                }
            }
            // Said by us to the child, once; the others speak of requests and roots that a shared child never sees.
            case "notifications/initialized", "notifications/progress", "notifications/roots/list_changed" -> {}
            default -> link.send(message);
        }
    }

    @Override
    public void abandon(Session session, RequestId request) {
        Long number = find(session, request);
        if (number != null) {
            cancel(number);
        }
    }

    private void cancel(Long number) {
        Pending asked = take(number);
        if (asked != null) {
            link.send(Renumbering.cancellation(number));
            asked.drop();
        }
    }

    @Override
    public void onMessage(Message message) {
        if (message.isAnswer()) {
            Pending asked = take(message.numericId());
            if (asked != null) {
                tools.learn(asked.request(), message);
                asked.answer(Renumbering.answer(message, asked));
            }
        } else if (message.isRequest()) {
            link.send(Renumbering.refusal(message, handshake != null));
        } else {
            onNotification(message);
        }
    }

    @Override
    public boolean awaits(RequestId sent) {
        return sent.json().matches("[0-9]{1,18}") && pending.containsKey(Long.parseLong(sent.json()));
    }

    private void onNotification(Message message) {
        long number = Renumbering.concerned(message);
        Pending asked = number < 0 ? null : pending.get(number);
        if (asked != null) {
            asked.reply().message(Renumbering.notification(message, asked));
        } else if (message.method().endsWith("/list_changed")) {
            sessions.forEach(session -> session.push(message));
        } else if (message.method().equals("notifications/resources/updated")) {
            subscriptions.of(String.valueOf(message.text(Message.Field.URI))).forEach(session -> session.push(message));
        } else if (message.method().equals("notifications/message") && handshake == null) {
            onLogMessage(message);
        } else {
            LOG.debug("event=notification_dropped method={} reason=\"it names no client\"", message.method());
        }
    }

    /** Without sessions a server logs only while it works on a request that asked for it; one such request is unmistakable. */
    private void onLogMessage(Message message) {
        List<Pending> all = List.copyOf(pending.values());
        if (all.size() == 1 && Renumbering.asksForLogs(all.get(0).request())) {
            all.get(0).reply().message(message.bytes());
        }
    }

    @Override
    public void onUnsent(Message message, GatewayException reason) {
        Pending asked = message.isRequest() ? take(message.numericId()) : null;
        if (asked != null) {
            asked.fail(reason);
        } else if (handshake != null) {
            handshake.failed(reason);
        }
    }

    @Override
    public void onLost(GatewayException reason, Set<Message> kept) {
        for (Map.Entry<Long, Pending> entry : List.copyOf(pending.entrySet())) {
            if (!kept.contains(entry.getValue().sent()) && take(entry.getKey()) != null) {
                entry.getValue().fail(reason);
            }
        }
        if (handshake != null) {
            handshake.failed(reason);
        }
    }

    @Override
    public void onGreeted(Message answer) {
        if (handshake != null) {
            handshake.done(answer);
        }
    }
}

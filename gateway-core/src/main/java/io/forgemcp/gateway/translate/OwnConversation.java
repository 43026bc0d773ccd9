package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A child for one client alone: every message passes as it is, and what the child says can be meant for nobody else. */
final class OwnConversation implements Conversation, LinkOwner {
    private static final Logger LOG = LoggerFactory.getLogger(OwnConversation.class);

    private final ServerLink link;
    private final Consumer<Session> onHopeless;
    private final Consumer<ServerLink> onEnd;
    private final Map<RequestId, Pending> pending = new ConcurrentHashMap<>();
    private volatile @Nullable Session session;

    /**
     * @param link that nobody else uses
     * @param onHopeless told if the child cannot be kept alive
     * @param onEnd told when the link is not used any more
     */
    OwnConversation(ServerLink link, Consumer<Session> onHopeless, Consumer<ServerLink> onEnd) {
        this.link = link;
        this.onHopeless = onHopeless;
        this.onEnd = onEnd;
    }

    @Override
    public void join(Session joined) {
        session = joined;
        link.adopt(this);
        link.open();
    }

    @Override
    public void request(Session from, Message request, Reply reply) {
        Pending asked = new Pending(request, request, from, reply);
        if (pending.putIfAbsent(key(asked.id()), asked) != null) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST,
                    "The session has a request with the id " + asked.id() + " under way. Use another id.");
        }
        from.began(asked);
        link.send(request);
    }

    @Override
    public void pass(Session from, Message message) {
        link.send(message);
        if (message.isNotification() && message.method().equals("notifications/cancelled")) {
            cancelled(Renumbering.cancelled(message));
        }
    }

    /** The server does not answer it, so its connection would stay open, and with it the session, for ever. */
    private void cancelled(@Nullable RequestId id) {
        Pending asked = id == null ? null : pending.get(key(id));
        if (asked != null && !asked.request().method().equals("initialize") && pending.remove(key(asked.id()), asked)) {
            asked.drop();
        }
    }

    /** Sessions belong to the older generation, where a broken connection says nothing. */
    @Override
    public void abandon(Session from, RequestId request) {}

    @Override
    public void leave(Session left) {
        link.close();
        onEnd.accept(link);
        failAll(
                new GatewayException(ErrorCode.SESSION_NOT_FOUND, "The session has been ended. Send initialize again."),
                Set.of());
    }

    @Override
    public void onMessage(Message message) {
        if (message.isAnswer()) {
            RequestId id = message.id();
            Pending asked = id == null ? null : pending.remove(key(id));
            if (asked == null) {
                LOG.debug("event=answer_without_request message=\"{}\"", message);
            } else {
                asked.answer(message.bytes());
            }
            return;
        }
        Pending owner = message.isNotification() ? progressing(message) : null;
        Session current = session;
        if (owner != null && owner.reply().message(message.bytes())) {
            return;
        }
        if (current != null) {
            current.push(message);
        }
    }

    @Override
    public boolean awaits(RequestId sent) {
        return pending.containsKey(key(sent));
    }

    private @Nullable Pending progressing(Message message) {
        JsonSlice token = message.get(Message.Field.PROGRESS);
        if (token == null || !message.method().equals("notifications/progress")) {
            return null;
        }
        for (Pending asked : pending.values()) {
            JsonSlice own = asked.progressToken();
            if (own != null && own.isString() == token.isString() && own.text().equals(token.text())) {
                return asked;
            }
        }
        return null;
    }

    @Override
    public void onUnsent(Message message, GatewayException reason) {
        RequestId id = message.isRequest() ? message.id() : null;
        Pending asked = id == null ? null : pending.remove(key(id));
        if (asked != null) {
            asked.fail(reason);
        }
    }

    @Override
    public void onLost(GatewayException reason, Set<Message> kept) {
        failAll(reason, kept);
    }

    @Override
    public void onHopeless(GatewayException reason) {
        onHopeless.accept(Objects.requireNonNull(session));
    }

    private void failAll(GatewayException reason, Set<Message> kept) {
        for (Map.Entry<RequestId, Pending> entry : List.copyOf(pending.entrySet())) {
            if (!kept.contains(entry.getValue().sent()) && pending.remove(entry.getKey(), entry.getValue())) {
                entry.getValue().fail(reason);
            }
        }
    }

    /** One spelling for each id: a server may write the characters of a string in another way. */
    private static RequestId key(RequestId id) {
        return id.json().indexOf('\\') < 0
                ? id
                : RequestId.of(JsonSlice.parse(id.json()).text());
    }
}

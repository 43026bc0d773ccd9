package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a fresh child has to be told so that it is where its client believes it to be: the handshake, the log level, the
 * subscriptions. What a server keeps beyond that is lost with the child. Owned by one link and guarded by its lock.
 */
final class Greeting {
    /** Ours alone: the server may be a bridge, too, and say such things to its own. */
    private final String mine = "\"forge-" + UUID.randomUUID() + "-";

    private @Nullable Message asked;
    private @Nullable Message initialize;
    private @Nullable Message initialized;
    private final Map<String, Message> settings = new LinkedHashMap<>();
    private long count;

    /** Nothing until a client has shaken hands. */
    static Greeting ofTheClient() {
        return new Greeting();
    }

    /** A handshake of our own, from the first child on. */
    static Greeting of(Message initialize, Message initialized) {
        Greeting greeting = new Greeting();
        greeting.initialize = initialize;
        greeting.initialized = initialized;
        return greeting;
    }

    /** Whether a fresh child must be greeted. */
    boolean isDue() {
        return initialize != null;
    }

    /** Looks at what the client says. */
    void sent(Message message) {
        if (message.isAnswer()) {
            return;
        }
        switch (message.method()) {
            case "initialize" -> asked = message;
            case "notifications/initialized" -> initialized = message;
            case "logging/setLevel" -> settings.put("level", message);
            case "resources/subscribe" -> settings.put(subscription(message), message);
            case "resources/unsubscribe" -> settings.remove(subscription(message));
            default -> {}
        }
    }

    private static String subscription(Message message) {
        return "subscription " + message.text(Message.Field.URI);
    }

    /**
     * Looks at what the server answers.
     *
     * @return whether this is the end of a handshake that has succeeded
     */
    boolean answered(Message answer) {
        Message request = asked;
        if (request == null || !request.requireId().equals(answer.id())) {
            return false;
        }
        asked = null;
        if (answer.kind() != Message.Kind.RESULT) {
            return false;
        }
        initialize = request;
        return true;
    }

    /** The first thing to say to a fresh child, under an id that no client uses. */
    Message first() {
        if (initialize == null) {
            throw new IllegalStateException("There is nothing to say");
        }
        return renumbered(initialize);
    }

    /** What follows once the first has been answered. */
    List<Message> rest() {
        List<Message> rest = new ArrayList<>();
        if (initialized != null) {
            rest.add(initialized);
        }
        settings.values().forEach(setting -> rest.add(renumbered(setting)));
        return rest;
    }

    private Message renumbered(Message request) {
        count++;
        RequestId id = new RequestId(mine + count + "\"");
        return Message.parse(request.with(Message.Field.ID, id.toBytes()));
    }

    /** Whether this was said behind the client's back, or answers something that was. */
    boolean isMine(Message message) {
        RequestId id = message.id();
        return id != null && isMine(id);
    }

    /** As {@link #isMine(Message)}, of what bears this id. */
    boolean isMine(RequestId id) {
        return id.json().startsWith(mine);
    }
}

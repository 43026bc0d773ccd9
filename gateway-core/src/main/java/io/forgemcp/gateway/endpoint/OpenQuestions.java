package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What servers have asked of one client and it has not answered yet. Servers number their requests without knowing of one
 * another, so the client gets an id of this session's own, and its answer goes to exactly the server that asked. The
 * same number stands for the progress token. Thread-safe.
 */
final class OpenQuestions {
    /** A way to the client. */
    @FunctionalInterface
    interface Way {
        /** False if the message does not reach the client. */
        boolean send(byte[] json);
    }

    private static final int MOST = 100;

    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, ReverseAnswer> open = new ConcurrentHashMap<>(2);

    /**
     * Asks the client, or refuses towards the server and says why.
     *
     * @param way takes the request, and what follows it; false if it does not reach the client
     */
    void ask(ClientProfile client, Message request, ReverseAnswer answer, Way way) {
        GatewayException refusal = open.size() >= MOST
                ? new GatewayException(
                        ErrorCode.INVALID_REQUEST, "The client has " + MOST + " unanswered requests; ask again later.")
                : refusal(client, request);
        if (refusal != null) {
            answer.refuse(refusal);
            return;
        }
        long id = ids.incrementAndGet();
        byte[] number = Long.toString(id).getBytes(StandardCharsets.US_ASCII);
        open.put(id, answer);
        byte[] asked = request.edit()
                .set(Field.ID, number)
                .set(Field.PROGRESS_TOKEN, number)
                .toBytes();
        if (!way.send(asked)) {
            open.remove(id);
            answer.refuse(new GatewayException(
                    ErrorCode.METHOD_NOT_FOUND,
                    "The client cannot be asked " + request.method()
                            + ": it takes plain JSON only and has no event stream open."));
            return;
        }
        answer.onWithdrawn(reason -> {
            if (open.remove(id) != null) {
                way.send(cancelled(id, reason));
            }
        });
    }

    private static @Nullable GatewayException refusal(ClientProfile client, Message request) {
        String lacking = switch (request.method()) {
            case "sampling/createMessage" -> lackingForSampling(client, request);
            case "elicitation/create" -> lackingForElicitation(client, request);
            case "roots/list" -> client.declares("roots") ? null : "roots";
            default -> "a method " + request.method();
        };
        return lacking == null
                ? null
                : new GatewayException(
                        ErrorCode.METHOD_NOT_FOUND, "The client did not declare that it supports " + lacking + ".");
    }

    private static @Nullable String lackingForSampling(ClientProfile client, Message request) {
        if (!client.declares("sampling")) {
            return "sampling";
        }
        JsonSlice params = request.get(Field.PARAMS);
        boolean tools = params != null && (params.member("tools") != null || params.member("toolChoice") != null);
        return tools && !client.declares("sampling", "tools") ? "sampling.tools" : null;
    }

    /** Clients before 2025-11-25 know one mode, the form, and declare nothing more. */
    private static @Nullable String lackingForElicitation(ClientProfile client, Message request) {
        if (!client.declares("elicitation")) {
            return "elicitation";
        }
        JsonSlice params = request.get(Field.PARAMS);
        boolean byUrl = params != null && "url".equals(params.textMember("mode"));
        boolean formless = client.declares("elicitation", "url") && !client.declares("elicitation", "form");
        if (byUrl) {
            return client.declares("elicitation", "url") ? null : "elicitation.url";
        }
        return formless ? "elicitation.form" : null;
    }

    /** The client's answer; one that nobody waits for is dropped. */
    void answered(Message answer) {
        ReverseAnswer waiting = open.remove(answer.numericId());
        if (waiting != null) {
            waiting.answer(answer);
        }
    }

    /** What the client says about a request before it answers. */
    void progressed(Message notification) {
        ReverseAnswer waiting = open.get(notification.plainNumber(Field.PROGRESS));
        if (waiting != null) {
            waiting.tell(notification);
        }
    }

    /** The client has gone. */
    void end() {
        for (Long id : open.keySet()) {
            ReverseAnswer waiting = open.remove(id);
            if (waiting != null) {
                waiting.refuse(new GatewayException(ErrorCode.CANCELLED, "The client's session has ended."));
            }
        }
    }

    private static byte[] cancelled(long id, String reason) {
        String params = "{\"requestId\":" + RequestId.of(id) + ",\"reason\":"
                + new String(JsonText.quote(reason), StandardCharsets.UTF_8) + "}";
        return Messages.notification("notifications/cancelled", params.getBytes(StandardCharsets.UTF_8))
                .bytes();
    }
}

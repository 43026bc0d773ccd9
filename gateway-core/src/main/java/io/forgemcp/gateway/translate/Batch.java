package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import java.util.ArrayList;
import java.util.List;

/**
 * Several messages in one POST, as MCP 2025-03-26 allows. The child gets them one by one: servers of every revision
 * understand that.
 */
record Batch(List<Message> messages) {
    /** More than this is not what batches are for. */
    private static final int LARGEST = 100;

    static boolean isBatch(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b == '[';
            }
        }
        return false;
    }

    /** @throws GatewayException if it is not a batch that can be taken as a whole */
    static Batch of(byte[] body) {
        List<JsonSlice> elements = JsonSlice.parse(body).elements();
        if (elements.isEmpty() || elements.size() > LARGEST) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST,
                    "A batch holds 1 to " + LARGEST + " messages, not " + elements.size() + ".");
        }
        List<Message> messages = new ArrayList<>();
        for (JsonSlice element : elements) {
            Message message = Message.parse(element.toBytes());
            if (StatelessRules.isModern(message)
                    || (message.isRequest() && message.method().equals("initialize"))) {
                throw new GatewayException(
                        ErrorCode.INVALID_REQUEST, "Requests that stand for themselves cannot be in a batch.");
            }
            messages.add(message);
        }
        return new Batch(messages);
    }

    /** The ids of those that are answered. */
    List<RequestId> requests() {
        return messages.stream()
                .filter(Message::isRequest)
                .map(Message::requireId)
                .toList();
    }

    void handle(Session session, McpResponder responder, boolean streams, Timers timers) {
        int requests = (int) messages.stream().filter(Message::isRequest).count();
        if (requests == 0) {
            messages.forEach(message -> session.conversation().pass(session, message));
            responder.answer(202, null);
            return;
        }
        PostReply reply = PostReply.batch(responder, streams, timers, requests);
        responder.onDisconnect(reply::gone);
        for (Message message : messages) {
            if (!message.isRequest()) {
                session.conversation().pass(session, message);
                continue;
            }
            try {
                session.conversation().request(session, message, reply);
            } catch (GatewayException refused) {
                reply.answer(Messages.error(message.id(), refused));
            }
        }
    }
}

package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.ServerMessageRules;
import java.util.List;

/** Reads what the other side sent as one text: a message, or the batch of messages that MCP 2025-03-26 allows. */
final class IncomingText {
    /** Hears what was in the text, in order. */
    interface Sink {
        /**
         * Looks at a message before it is handed over.
         *
         * @throws GatewayException if it is to be taken for one that is broken
         */
        default void check(Message message) {
            ServerMessageRules.check(message);
        }

        void onMessage(Message message);

        /** The text, or one element of a batch, is no message. */
        void onBroken(byte[] text, GatewayException reason);
    }

    private IncomingText() {}

    /** Hands over everything in the text: what is broken does not spoil what stands beside it in a batch. */
    static void read(byte[] text, Sink sink) {
        if (text.length == 0 || text[0] != '[') {
            one(text, sink);
            return;
        }
        List<JsonSlice> elements;
        try {
            elements = JsonSlice.parse(text).elements();
        } catch (GatewayException notJson) {
            sink.onBroken(text, notJson);
            return;
        }
        if (elements.isEmpty()) {
            sink.onBroken(text, new GatewayException(ErrorCode.INVALID_REQUEST, "This batch is empty."));
        }
        elements.forEach(element -> one(element.toBytes(), sink));
    }

    private static void one(byte[] text, Sink sink) {
        Message message;
        try {
            message = Message.parse(text);
            sink.check(message);
        } catch (GatewayException broken) {
            sink.onBroken(text, broken);
            return;
        }
        sink.onMessage(message);
    }
}

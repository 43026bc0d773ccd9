package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import java.util.List;
import java.util.function.Consumer;

/** Reads what a server sent as one text: a message, or the batch of messages that MCP 2025-03-26 allows. */
final class IncomingText {
    private IncomingText() {}

    /**
     * Hands over every message in the text.
     *
     * @throws io.forgemcp.gateway.error.GatewayException if the text is not JSON-RPC
     */
    static void read(byte[] text, Consumer<Message> receiver) {
        if (text.length > 0 && text[0] == '[') {
            List<JsonSlice> elements = JsonSlice.parse(text).elements();
            if (elements.isEmpty()) {
                throw new GatewayException(ErrorCode.INVALID_REQUEST, "This batch is empty.");
            }
            for (JsonSlice element : elements) {
                receiver.accept(Message.parse(element.toBytes()));
            }
            return;
        }
        receiver.accept(Message.parse(text));
    }
}

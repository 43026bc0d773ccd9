package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.error.GatewayException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the messages that the gateway itself originates. */
public final class Messages {
    private static final byte[] BEGIN = "{\"jsonrpc\":\"2.0\",".getBytes(StandardCharsets.US_ASCII);

    private Messages() {}

    /** A request; {@code params} is a JSON object, or null for none. */
    public static Message request(RequestId id, String method, byte @Nullable [] params) {
        return Message.parse(
                write("\"id\":" + id.json() + ",\"method\":", JsonText.quote(method), ",\"params\":", params));
    }

    /** A notification; {@code params} is a JSON object, or null for none. */
    public static Message notification(String method, byte @Nullable [] params) {
        return Message.parse(write("\"method\":", JsonText.quote(method), ",\"params\":", params));
    }

    /** A successful answer; {@code result} is JSON. */
    public static byte[] result(RequestId id, byte[] result) {
        return write("\"id\":" + id.json() + ",\"result\":", result, "", null);
    }

    /** An error answer from one of our own failures; the id is null when the request could not be read. */
    public static byte[] error(@Nullable RequestId id, GatewayException failure) {
        return error(id, failure, failure.code().jsonRpcCode());
    }

    /** As {@link #error(RequestId, GatewayException)} with another JSON-RPC code, where revisions differ in it. */
    public static byte[] error(@Nullable RequestId id, GatewayException failure, int code) {
        String message = failure.getMessage();
        String details = failure instanceof DetailedException detailed ? "," + detailed.details() : "";
        return error(
                id, code, message == null ? "" : message, "\"" + failure.code().code() + "\"" + details);
    }

    private static byte[] error(@Nullable RequestId id, int code, String message, String data) {
        String head = "\"id\":" + (id == null ? "null" : id.json()) + ",\"error\":{\"code\":" + code + ",\"message\":";
        byte[] tail = ("{\"code\":" + data + "}}").getBytes(StandardCharsets.UTF_8);
        return write(head, JsonText.quote(message), ",\"data\":", tail);
    }

    /** Lists are large and asked for often, so the text is made in one array of its size. */
    private static byte[] write(String head, byte[] first, String middle, byte @Nullable [] second) {
        byte[] begin = head.getBytes(StandardCharsets.UTF_8);
        byte[] between = middle.getBytes(StandardCharsets.US_ASCII);
        int rest = second == null ? 0 : between.length + second.length;
        byte[] text = new byte[BEGIN.length + begin.length + first.length + rest + 1];
        int end = append(text, 0, BEGIN);
        end = append(text, end, begin);
        end = append(text, end, first);
        if (second != null) {
            end = append(text, end, between);
            end = append(text, end, second);
        }
        text[end] = '}';
        return text;
    }

    /** Where the added part ends. */
    private static int append(byte[] text, int at, byte[] part) {
        System.arraycopy(part, 0, text, at, part.length);
        return at + part.length;
    }
}

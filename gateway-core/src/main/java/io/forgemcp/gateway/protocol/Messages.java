package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.error.GatewayException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the messages that the gateway itself originates. */
public final class Messages {
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

    private static byte[] write(String head, byte[] first, String middle, byte @Nullable [] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64 + first.length + (second == null ? 0 : second.length));
        out.writeBytes("{\"jsonrpc\":\"2.0\",".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        out.writeBytes(first);
        if (second != null) {
            out.writeBytes(middle.getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(second);
        }
        out.write('}');
        return out.toByteArray();
    }
}

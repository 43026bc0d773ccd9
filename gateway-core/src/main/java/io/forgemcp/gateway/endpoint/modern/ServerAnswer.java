package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.DetailedException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.protocol.TaskExtension;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A server's answer as a modern client gets it: as the server gave it, with what an older server does not know to say.
 *
 * @param status HTTP status
 */
record ServerAnswer(int status, byte[] json) {
    /** Stands for the kind of what has no members. */
    private static final JsonSlice NONE = JsonSlice.parse("{}");

    private static final byte[] COMPLETE = ascii("\"resultType\":\"complete\"");
    private static final byte[] COMPLETE_READ =
            ascii("\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\"");

    /** @param request of the client */
    static ServerAnswer of(ModernRequest request, Message answer) {
        return answer.kind() == Message.Kind.ERROR ? error(request.id(), answer) : result(request, answer);
    }

    private static ServerAnswer result(ModernRequest request, Message answer) {
        RequestId id = request.id();
        Message.Edit edit = answer.edit().set(Field.ID, id.toBytes());
        JsonSlice result = answer.get(Field.RESULT);
        // A modern server says itself what kind of result it is.
        JsonSlice kind = result != null && result.isObject() ? result.member("resultType") : NONE;
        if (kind == null) {
            edit.add(Field.RESULT, request.method().equals("resources/read") ? COMPLETE_READ : COMPLETE);
        } else if (kind.isString() && kind.text().equals("task") && !TaskCalls.mayBecome(request)) {
            return new ServerAnswer(200, ModernErrors.json(id, unexpectedTask()));
        }
        return new ServerAnswer(200, edit.toBytes());
    }

    private static ServerAnswer error(RequestId id, Message answer) {
        JsonSlice error = Objects.requireNonNull(answer.get(Field.ERROR));
        JsonSlice code = error.member("code");
        byte[] asItIs = answer.has(Field.ID) ? answer.with(Field.ID, id.toBytes()) : answer.bytes();
        return switch (code == null ? "" : code.toString()) {
            case "-32021" -> new ServerAnswer(ErrorCode.CLIENT_CAPABILITY_MISSING.httpStatus(), asItIs);
            // About the gateway's request to the server, so no news for the client about its own.
            case "-32020", "-32022" -> new ServerAnswer(200, ModernErrors.json(id, misunderstood(error)));
            default -> new ServerAnswer(200, asItIs);
        };
    }

    private static GatewayException unexpectedTask() {
        return new GatewayException(
                ErrorCode.UPSTREAM_PROTOCOL,
                "The server made a task of this request, although the client does not declare \"" + TaskExtension.NAME
                        + "\". What it has begun goes on, and nobody can ask about it. Declare the extension, or have the"
                        + " server mended.");
    }

    private static GatewayException misunderstood(JsonSlice error) {
        return new DetailedException(
                ErrorCode.UPSTREAM_PROTOCOL,
                "The server behind the gateway did not accept how the gateway asked. If it changed its tools a moment"
                        + " ago, list them again and repeat the call.",
                "\"serverError\":" + error);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

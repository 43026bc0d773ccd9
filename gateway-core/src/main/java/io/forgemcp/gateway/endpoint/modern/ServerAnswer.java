package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.DetailedException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A server's answer as a modern client gets it: as the server gave it, with what an older server does not know to say.
 *
 * @param status HTTP status
 */
record ServerAnswer(int status, byte[] json) {
    private static final byte[] COMPLETE = ascii("\"resultType\":\"complete\"");
    private static final byte[] COMPLETE_READ =
            ascii("\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\"");

    /** @param method of the client's request */
    static ServerAnswer of(RequestId id, String method, Message answer) {
        return answer.kind() == Message.Kind.ERROR ? error(id, answer) : result(id, method, answer);
    }

    private static ServerAnswer result(RequestId id, String method, Message answer) {
        Message.Edit edit = answer.edit().set(Field.ID, id.toBytes());
        JsonSlice result = answer.get(Field.RESULT);
        // A modern server says itself what kind of result it is.
        if (result != null && result.isObject() && result.member("resultType") == null) {
            edit.add(Field.RESULT, method.equals("resources/read") ? COMPLETE_READ : COMPLETE);
        }
        return new ServerAnswer(200, edit.toBytes());
    }

    private static ServerAnswer error(RequestId id, Message answer) {
        JsonSlice error = Objects.requireNonNull(answer.get(Field.ERROR));
        JsonSlice code = error.member("code");
        byte[] asItIs = answer.has(Field.ID) ? answer.with(Field.ID, id.toBytes()) : answer.bytes();
        return switch (code == null ? "" : code.toString()) {
            // Said by older servers about resources.
            case "-32002" ->
                new ServerAnswer(
                        200,
                        Message.parse(asItIs)
                                .with(
                                        Field.ERROR,
                                        error.withMember("code", ascii("-32602"))
                                                .toBytes()));
            case "-32021" -> new ServerAnswer(ErrorCode.CLIENT_CAPABILITY_MISSING.httpStatus(), asItIs);
            // About the gateway's request to the server, so no news for the client about its own.
            case "-32020", "-32022" -> new ServerAnswer(200, ModernErrors.json(id, misunderstood(error)));
            default -> new ServerAnswer(200, asItIs);
        };
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

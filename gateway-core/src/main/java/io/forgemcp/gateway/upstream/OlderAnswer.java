package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** What a server with sessions says in words that mean something else, or nothing, to a client without one. */
final class OlderAnswer {
    private static final String KIND = "resultType";
    private static final String RESOURCE_NOT_FOUND = "-32002";
    private static final byte[] INVALID_PARAMS = "-32602".getBytes(StandardCharsets.US_ASCII);

    private OlderAnswer() {}

    /** The answer as a modern client may take it at its word. */
    static Message forModernClient(Message answer) {
        if (answer.kind() == Message.Kind.ERROR) {
            JsonSlice error = answer.get(Field.ERROR);
            return error != null && RESOURCE_NOT_FOUND.equals(answer.errorCode())
                    ? Message.parse(answer.with(
                            Field.ERROR,
                            error.withMember("code", INVALID_PARAMS).toBytes()))
                    : answer;
        }
        // To such a server the member is one like any other: it asks in requests, and what it says here is complete.
        JsonSlice result = answer.get(Field.RESULT);
        return result != null && result.isObject() && result.member(KIND) != null
                ? Message.parse(
                        answer.with(Field.RESULT, result.without(Set.of(KIND)).toBytes()))
                : answer;
    }

    /** An error without an id, as the answer to this request. */
    static Message withId(long id, Message answer) {
        JsonSlice error = answer.get(Field.ERROR);
        return Message.parse(
                ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":" + (error == null ? "{}" : error) + "}")
                        .getBytes(StandardCharsets.UTF_8));
    }
}

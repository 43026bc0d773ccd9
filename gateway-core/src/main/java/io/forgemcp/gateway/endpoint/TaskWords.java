package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the tasks extension of 2026-07-28 says, in the words of MCP 2025-11-25, Tasks. */
final class TaskWords {
    private static final Set<String> FINAL = Set.of("completed", "failed", "cancelled");
    private static final Set<String> UNKNOWN = Set.of(
            "resultType",
            "ttlMs",
            "pollIntervalMs",
            "ttl",
            "pollInterval",
            "inputRequests",
            "result",
            "error",
            "_meta");
    /** Nobody looks at it: whoever asked puts an id of its own there. */
    private static final RequestId ANY = RequestId.of(1);

    private TaskWords() {}

    static boolean isFinal(JsonSlice state) {
        String status = state.textMember("status");
        return status != null && FINAL.contains(status);
    }

    /**
     * The state of a task.
     *
     * @param newer as the extension has it
     * @param now for the times that it does not tell
     */
    static JsonSlice state(JsonSlice newer, Instant now) {
        JsonSlice ttl = newer.member("ttlMs");
        JsonSlice pause = newer.member("pollIntervalMs");
        JsonSlice state = newer.without(UNKNOWN).withMember("ttl", ttl == null ? ascii("null") : ttl.toBytes());
        if (pause != null) {
            state = state.withMember("pollInterval", pause.toBytes());
        }
        for (String time : new String[] {"lastUpdatedAt", "createdAt"}) {
            if (state.member(time) == null) {
                state = state.withMember(time, JsonText.quote(now.toString()));
            }
        }
        JsonSlice result = newer.member("result");
        boolean failed = result != null && isError(result);
        return failed ? state.withMember("status", ascii("\"failed\"")) : state;
    }

    /** Whether a tool says that it has failed: a task that it ran as has failed then, of these revisions. */
    static boolean isError(JsonSlice result) {
        JsonSlice flag = result.isObject() ? result.member("isError") : null;
        return flag != null && flag.isTrue();
    }

    /** The state of a task that was begun just now: all of them begin to work. */
    static JsonSlice begun(JsonSlice state) {
        return state.withMember("status", ascii("\"working\""));
    }

    static JsonSlice cancelled(JsonSlice state, Instant now) {
        return state.withMember("status", ascii("\"cancelled\""))
                .withMember("lastUpdatedAt", JsonText.quote(now.toString()));
    }

    /** A message of its own for each listener, because listeners may write their ids into it. */
    static Message answer(JsonSlice result) {
        return Message.parse(Messages.result(ANY, result.toBytes()));
    }

    static Message refusal(JsonSlice error) {
        return Message.parse(
                ("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":" + error + "}").getBytes(StandardCharsets.UTF_8));
    }

    static Message refusal(ErrorCode code, String text) {
        return Message.parse(Messages.error(ANY, new GatewayException(code, text)));
    }

    /** What the state of a task is, in the answer to a question about it; null if it is an error. */
    static @Nullable JsonSlice stateIn(Message answer) {
        JsonSlice state = answer.get(Message.Field.RESULT);
        return state == null || !state.isObject() ? null : state;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

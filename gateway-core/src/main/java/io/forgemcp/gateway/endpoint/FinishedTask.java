package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.RelatedTask;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The task of a call that its server, asked for a task, answered at once: the gateway keeps the answer until the client
 * fetches it. Immutable.
 */
final class FinishedTask implements BridgedTask {
    private static final Duration USUAL = Duration.ofMinutes(5);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Call OVER = reason -> {};

    private final String id = UUID.randomUUID().toString();
    private final JsonSlice state;
    private final JsonSlice result;

    /**
     * @param result what the call was answered with
     * @param wish the client's {@code params.task}; null for none
     */
    FinishedTask(JsonSlice result, @Nullable JsonSlice wish, Instant now) {
        this.result = RelatedTask.addedTo(result, id).detached();
        String time = new String(JsonText.quote(now.toString()), StandardCharsets.UTF_8);
        state = JsonSlice.parse("{\"taskId\":\"" + id + "\",\"status\":\""
                + (TaskWords.isError(result) ? "failed" : "completed") + "\",\"createdAt\":" + time
                + ",\"lastUpdatedAt\":" + time + ",\"ttl\":" + ttlMillis(wish) + "}");
    }

    private static long ttlMillis(@Nullable JsonSlice wish) {
        JsonSlice ttl = wish == null || !wish.isObject() ? null : wish.member("ttl");
        return ttl == null || !ttl.isNumber()
                ? USUAL.toMillis()
                : (long) Math.max(0, Math.min(LONGEST.toMillis(), Double.parseDouble(ttl.text())));
    }

    JsonSlice state() {
        return state;
    }

    /** What it keeps in memory, in bytes. */
    int size() {
        return result.length();
    }

    @Override
    public Call get(CallListener listener) {
        listener.onAnswer(TaskWords.answer(state));
        return OVER;
    }

    @Override
    public Call cancel(CallListener listener) {
        listener.onAnswer(TaskWords.refusal(ErrorCode.INVALID_PARAMS, "The task has ended already."));
        return OVER;
    }

    @Override
    public Call result(CallListener listener) {
        listener.onAnswer(TaskWords.answer(result));
        return OVER;
    }
}

package io.forgemcp.gateway;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Turns the JSON-RPC answer to a tool call into what a Java program wants. */
final class ToolAnswers {
    private ToolAnswers() {}

    /** The result, or a failure with the code that the gateway gave it. Cancelling it cancels the call. */
    static CompletableFuture<ToolResult> toResult(CompletableFuture<Message> answer) {
        CompletableFuture<ToolResult> result = answer.thenApply(ToolAnswers::read);
        result.whenComplete((done, failure) -> {
            if (result.isCancelled()) {
                answer.cancel(false);
            }
        });
        return result;
    }

    private static ToolResult read(Message answer) {
        JsonSlice result = answer.get(Message.Field.RESULT);
        if (result != null) {
            JsonSlice isError = result.member("isError");
            return new ToolResult(result, isError != null && isError.isTrue());
        }
        throw failure(answer.get(Message.Field.ERROR));
    }

    private static GatewayException failure(@Nullable JsonSlice error) {
        String message = error == null ? null : error.textMember("message");
        JsonSlice data = error == null ? null : error.member("data");
        String ours = data == null ? null : data.textMember("code");
        Optional<ErrorCode> code = Arrays.stream(ErrorCode.values())
                .filter(known -> known.code().equals(ours))
                .findFirst();
        return new GatewayException(
                code.orElse(ErrorCode.UPSTREAM_ERROR), message == null ? "The server gave no reason." : message);
    }
}

package io.forgemcp.gateway.inprocess;

import java.util.concurrent.CompletionStage;

/**
 * What a tool does. Runs on a worker thread and may block, unless the tool is {@code inline}. Called from several
 * threads at once. What it throws becomes a result with {@code isError}.
 */
@FunctionalInterface
public interface ToolHandler {
    ToolResponse handle(ToolArguments arguments, ToolCall call) throws Exception;

    /** A handler that needs only the arguments. */
    @FunctionalInterface
    interface Simple {
        ToolResponse handle(ToolArguments arguments) throws Exception;
    }

    /** A handler that answers later and never blocks; it runs on the thread that delivers the call. */
    @FunctionalInterface
    interface Async {
        CompletionStage<ToolResponse> handle(ToolArguments arguments, ToolCall call) throws Exception;
    }
}

package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import java.util.function.Consumer;

/**
 * The way back for one request of a server. It takes one answer; a second one, and one that comes after the request was
 * withdrawn, is dropped. Thread-safe; never blocks.
 */
public interface ReverseAnswer {
    /** The client's answer, a result or an error; the server's own id is put in its place. */
    void answer(Message answer);

    /** There will be no answer of a client, and why: the server gets this as an error. */
    void refuse(GatewayException reason);

    /**
     * Passes on what the client says about the request before it answers, such as progress, with the progress token that
     * the server gave. Dropped once the request is over. Does nothing by default.
     */
    default void tell(Message notification) {}

    /**
     * Runs the action, once, when nobody waits for the answer any more: the server cancelled the request, the call that
     * it belonged to has ended, or the conversation has. Runs at once if that has happened already. One action only.
     *
     * @param action gets the reason, for the client's log
     */
    void onWithdrawn(Consumer<String> action);
}

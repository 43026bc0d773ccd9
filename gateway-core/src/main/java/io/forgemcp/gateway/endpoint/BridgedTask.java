package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;

/**
 * A task of a server without sessions, in the words of clients with sessions (MCP 2025-11-25, Tasks). Tasks are named by the
 * server's own id in all answers. Thread-safe; never blocks.
 */
interface BridgedTask {
    /** Asks how it stands. The listener hears the state, or an error. */
    Call get(CallListener listener);

    /** Ends it. The listener hears the state, or an error if it has ended already. */
    Call cancel(CallListener listener);

    /** Waits until it has ended. The listener hears what the call would have been answered with without a task. */
    Call result(CallListener listener);
}

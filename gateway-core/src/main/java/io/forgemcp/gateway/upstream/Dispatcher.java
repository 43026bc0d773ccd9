package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceName;
import org.jspecify.annotations.Nullable;

/** Sends a call, for the first time or again. */
interface Dispatcher {
    /** Whom the call is for. */
    ServiceName service();

    /** Whether a call that waits to be dispatched again would go to this instance. */
    default boolean goesTo(InstanceId instance) {
        return false;
    }

    /** @param after the failure that makes this the second attempt; null for the first */
    void dispatch(PendingCall call, @Nullable GatewayException after);

    /** The server asks something in its answer that the client could not understand: finds out and goes on. */
    default @Nullable Call askClient(Message answer) {
        return null;
    }
}

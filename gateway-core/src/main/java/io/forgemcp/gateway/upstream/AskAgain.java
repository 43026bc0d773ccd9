package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.transport.UpstreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * How the requests that open a session are asked again: only a server that could not be reached is, after a pause. It has no
 * session yet that it could have forgotten.
 */
record AskAgain(Session session, SessionContext context, UpstreamChannel channel) implements Dispatcher {
    @Override
    public ServiceName service() {
        return session.service();
    }

    @Override
    public void dispatch(PendingCall call, @Nullable GatewayException after) {
        if (after != null && after.code() == ErrorCode.SESSION_NOT_FOUND) {
            call.onNoSession(after);
        } else {
            context.timers().schedule(context.settings().retryDelay(), () -> call.transmit(session, channel));
        }
    }
}

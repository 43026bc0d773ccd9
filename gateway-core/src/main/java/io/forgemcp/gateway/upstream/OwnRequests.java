package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the gateway itself asks on a session, in the name of its client: sent there or not at all. */
final class OwnRequests {
    private static final Logger LOG = LoggerFactory.getLogger(OwnRequests.class);

    private final Session session;
    private final SessionContext context;

    OwnRequests(Session session, SessionContext context) {
        this.session = session;
        this.context = context;
    }

    /** Sends what the client asked of this server in an earlier conversation. */
    void repeatWhatHolds(UpstreamChannel channel, Handshake agreed) {
        try {
            for (Message request : context.listener()
                    .opening(session.service(), session.owner(), agreed.result().member("capabilities"))) {
                send(request, channel);
            }
        } catch (RuntimeException defect) {
            LOG.error("The listener for new sessions failed: service={}", session.service(), defect);
        }
    }

    /** Sends a request if the server has the capability; its answer is of no interest. */
    void ask(String capability, Message request, UpstreamChannel channel, Handshake agreed) {
        JsonSlice capabilities = agreed.result().member("capabilities");
        if (capabilities != null && capabilities.member(capability) != null) {
            send(request, channel);
        }
    }

    private void send(Message request, UpstreamChannel channel) {
        Duration timeout = context.handshakeTime().get();
        call(new UpstreamRequest(request, null, timeout), IgnoredAnswer.INSTANCE)
                .transmit(session, channel);
    }

    /** A request that is known from now on and has still to be put on the session. */
    PendingCall call(UpstreamRequest request, CallListener listener) {
        Duration timeout = request.timeout();
        return new PendingCall(
                        context.table(),
                        new NotAgain(session.service()),
                        request,
                        ClientProfile.GATEWAY,
                        listener,
                        context.timers().nanoTime() + timeout.toNanos(),
                        timeout.toMillis(),
                        0)
                .register();
    }

    private record NotAgain(ServiceName service) implements Dispatcher {
        @Override
        public void dispatch(PendingCall call, @Nullable GatewayException after) {
            call.onNoSession(Objects.requireNonNull(after));
        }
    }
}

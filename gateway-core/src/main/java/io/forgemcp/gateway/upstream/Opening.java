package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The handshake of one session: {@code initialize}, its answer, and {@code notifications/initialized}. */
final class Opening implements CallListener, UpstreamChannel.Receiver {
    private final Session session;
    private final Session.Context context;
    private final UpstreamChannel channel;
    private @Nullable Handshake agreed;

    Opening(Session session, Session.Context context, UpstreamChannel channel) {
        this.session = session;
        this.context = context;
        this.channel = channel;
    }

    void begin() {
        Duration timeout = context.settings().handshakeTimeout();
        new PendingCall(
                        context.table(),
                        this::again,
                        Handshake.initialize(context.settings().version(), session.offered()),
                        null,
                        this,
                        context.timers().nanoTime() + timeout.toNanos(),
                        timeout.toMillis(),
                        0)
                .register()
                .transmit(session, channel);
    }

    /** Only a server that could not be reached is asked again: it has no session yet that it could have forgotten. */
    private void again(PendingCall call, @Nullable GatewayException after) {
        if (after != null && after.code() == ErrorCode.SESSION_NOT_FOUND) {
            call.onNoSession(after);
        } else {
            context.timers().schedule(context.settings().retryDelay(), () -> call.transmit(session, channel));
        }
    }

    @Override
    public void onAnswer(Message answer) {
        Handshake handshake;
        try {
            handshake = Handshake.read(session.service().value(), answer);
        } catch (GatewayException refused) {
            session.openingFailed(refused);
            return;
        }
        agreed = handshake;
        session.agreed(handshake);
        channel.protocolVersion(handshake.version().date());
        // Only when the server has accepted this may anything else follow; over HTTP it could overtake.
        channel.send(Outgoing.notification(Handshake.initialized(), "notifications/initialized"), this);
    }

    @Override
    public void onMessage(Message message) {
        session.onMessage(message);
    }

    /** The server has accepted that the handshake is done. */
    @Override
    public void onEnd() {
        Handshake handshake = agreed;
        if (handshake != null) {
            session.becomeReady(channel, handshake);
        }
    }

    @Override
    public void onFailure(GatewayException failure) {
        session.openingFailed(failure);
    }
}

package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of one session. A server without sessions is asked what it is; with any other hands are shaken: {@code
 * initialize}, its answer, and {@code notifications/initialized}.
 */
final class Opening implements CallListener, UpstreamChannel.Receiver, EraProbe.Outcome {
    private final Session session;
    private final SessionContext context;
    private final UpstreamChannel channel;
    private @Nullable Handshake agreed;
    private boolean probed;

    Opening(Session session, SessionContext context, UpstreamChannel channel) {
        this.session = session;
        this.context = context;
        this.channel = channel;
    }

    void begin() {
        EraMemory.Known known = context.eras().recall(session.service());
        if (!canBeModern() || (known != null && known.greeting() == null)) {
            legacy();
        } else if (known != null
                && known.greeting() != null
                && !session.key().client().equals(ClientKey.GATEWAY)) {
            // Only the gateway itself needs to hear it again: it learns what the server offers.
            modern(known.greeting());
        } else {
            probe();
        }
    }

    /** Servers inside the process and those behind HTTP+SSE belong to the older generation. */
    private boolean canBeModern() {
        InstanceAddress address = session.target().address();
        return address instanceof InstanceAddress.Stdio
                || (address instanceof InstanceAddress.Http http && http.wire() != WireProtocol.SSE);
    }

    private void probe() {
        probed = true;
        session.wire(context.modernWire());
        new EraProbe(session, context, channel, this).begin();
    }

    @Override
    public void modern(Handshake greeting) {
        context.eras().remember(session.service(), greeting);
        session.wire(context.modernWire());
        session.agreed(greeting);
        channel.protocolVersion(greeting.version().date());
        session.becomeReady(channel, greeting);
    }

    @Override
    public void unreachable(GatewayException reason) {
        session.openingFailed(reason);
    }

    @Override
    public void legacy() {
        session.wire(LegacyWire.INSTANCE);
        Duration timeout = context.settings().handshakeTimeout();
        new PendingCall(
                        context.table(),
                        this::again,
                        new UpstreamRequest(
                                Handshake.initialize(context.settings().version(), session.offered()), null, timeout),
                        ClientProfile.GATEWAY,
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
            refused(refused);
            return;
        }
        agreed = handshake;
        if (canBeModern()) {
            context.eras().remember(session.service(), null);
        }
        session.agreed(handshake);
        channel.protocolVersion(handshake.version().date());
        // Only when the server has accepted this may anything else follow; over HTTP it could overtake.
        channel.send(Outgoing.notification(Handshake.initialized(), "notifications/initialized"), this);
    }

    /** A server that was remembered as one with sessions may have become one without. */
    private void refused(GatewayException reason) {
        if (!probed && canBeModern() && reason.code() == ErrorCode.UPSTREAM_PROTOCOL) {
            context.eras().forget(session.service());
            probe();
        } else {
            session.openingFailed(reason);
        }
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
        if (agreed == null) {
            refused(failure);
        } else {
            session.openingFailed(failure);
        }
    }

    /** Whoever waits for the session has sent nothing yet: the outcome of their calls is known. */
    static GatewayException nothingWasAsked(GatewayException failure) {
        return new GatewayException(
                ErrorCode.UPSTREAM_UNREACHABLE,
                failure.getMessage() + " The MCP handshake was not finished, so no call was sent. Check its log.",
                failure);
    }
}

package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Era;
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
    private @Nullable GatewayException refusal;

    Opening(Session session, SessionContext context, UpstreamChannel channel) {
        this.session = session;
        this.context = context;
        this.channel = channel;
    }

    /** A server that speaks both generations is spoken to as its client speaks, so that nothing has to be translated. */
    void begin() {
        EraMemory.Known known = context.eras().recall(session.service());
        if (!canBeModern()) {
            legacy();
        } else if (session.introduction().era() == Era.MODERN) {
            if (known != null && known.sessionsOnly()) {
                legacy();
            } else {
                modernFirst(known);
            }
        } else if (known != null && known.noSessions()) {
            modernFirst(known);
        } else {
            legacy();
        }
    }

    private void modernFirst(EraMemory.@Nullable Known known) {
        Handshake greeting = known == null ? null : known.greeting();
        // Only the gateway itself needs to hear it again: it learns what the server offers.
        if (greeting != null && !session.key().client().equals(ClientKey.GATEWAY)) {
            modern(greeting);
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
        EraMemory.Known known = context.eras().recall(session.service());
        boolean noSessions = refusal != null || (known != null && known.noSessions());
        context.eras().modern(session.service(), greeting, noSessions);
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
        GatewayException refused = refusal;
        if (refused != null) {
            // Neither generation: what it said to the older one helps more.
            session.openingFailed(refused);
            return;
        }
        if (probed) {
            context.eras().sessionsOnly(session.service());
        }
        session.wire(LegacyWire.INSTANCE);
        Duration timeout = context.handshakeTime().get();
        new PendingCall(
                        context.table(),
                        new AskAgain(session, context, channel),
                        new UpstreamRequest(
                                Handshake.initialize(
                                        context.settings().version(),
                                        session.introduction().offered()),
                                null,
                                timeout),
                        ClientProfile.GATEWAY,
                        this,
                        // How long the whole handshake may take is the session's matter.
                        context.timers().nanoTime() + Long.MAX_VALUE / 2,
                        timeout.toMillis(),
                        0)
                .register()
                .transmit(session, channel);
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
        session.agreed(handshake);
        channel.protocolVersion(handshake.version().date());
        // Only when the server has accepted this may anything else follow; over HTTP it could overtake.
        channel.send(Outgoing.notification(Handshake.initialized(), "notifications/initialized"), this);
    }

    /** Whoever does not want to be initialized may be without sessions, and may have become so. */
    private void refused(GatewayException reason) {
        if (!probed && canBeModern() && reason.code() == ErrorCode.UPSTREAM_PROTOCOL) {
            refusal = reason;
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

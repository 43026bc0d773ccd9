package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which generation a server speaks by asking {@code server/discover} (MCP 2026-07-28, Versioning, Backward
 * Compatibility). Only what a modern server alone can say makes it one: any other answer, error or silence means that it
 * wants {@code initialize}.
 */
final class EraProbe implements CallListener {
    /** Old servers that do not know what to do with an unknown request do nothing. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String UNSUPPORTED_VERSION = "-32022";

    private final Session session;
    private final SessionContext context;
    private final UpstreamChannel channel;
    private final Outcome outcome;
    private boolean corrected;

    /** Hears what the server is; exactly one call. */
    interface Outcome {
        void modern(Handshake greeting);

        void legacy();

        /** Neither could be found out. */
        void unreachable(GatewayException reason);
    }

    EraProbe(Session session, SessionContext context, UpstreamChannel channel, Outcome outcome) {
        this.session = session;
        this.context = context;
        this.channel = channel;
        this.outcome = outcome;
    }

    void begin() {
        Duration half = context.handshakeTime().get().dividedBy(2);
        Duration patience = half.compareTo(PATIENCE) < 0 ? half : PATIENCE;
        Message discover = Messages.request(RequestId.of(0), "server/discover", null);
        new PendingCall(
                        context.table(),
                        new AskAgain(session, context, channel),
                        new UpstreamRequest(discover, null, patience),
                        ClientProfile.GATEWAY,
                        this,
                        context.timers().nanoTime() + patience.toNanos(),
                        patience.toMillis(),
                        0)
                .register()
                .transmit(session, channel);
    }

    @Override
    public void onAnswer(Message answer) {
        JsonSlice result = answer.get(Message.Field.RESULT);
        if (result != null) {
            if (lists(result.member("supportedVersions"))) {
                outcome.modern(new Handshake(result.detached(), ProtocolVersion.LATEST));
            } else {
                outcome.legacy();
            }
            return;
        }
        JsonSlice error = answer.get(Message.Field.ERROR);
        JsonSlice data = error == null ? null : error.member("data");
        boolean willing =
                UNSUPPORTED_VERSION.equals(answer.errorCode()) && data != null && lists(data.member("supported"));
        if (willing && !corrected) {
            // It names what was just asked for: it may have been asked on its way to a new version.
            corrected = true;
            begin();
        } else {
            outcome.legacy();
        }
    }

    private static boolean lists(@Nullable JsonSlice versions) {
        return versions != null
                && versions.elements().stream()
                        .anyMatch(
                                version -> version.isString() && version.text().equals(ProtocolVersion.LATEST.date()));
    }

    @Override
    public void onFailure(GatewayException failure) {
        switch (failure.code()) {
            case UPSTREAM_UNREACHABLE, UPSTREAM_AUTHORIZATION_NEEDED, CANCELLED, SHUTTING_DOWN ->
                outcome.unreachable(failure);
            default -> outcome.legacy();
        }
    }
}

package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.transport.UpstreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway keeps for a server without sessions where clients with sessions expect a server to keep it: the
 * resources that are subscribed to, the level of log messages, and a stream for what changes.
 */
final class ModernSide {
    private static final String UNSUPPORTED_VERSION = "-32022";
    /** What to say of a server that {@link #disowns} the revision again when it is asked again. */
    static final String DISOWNED_TWICE = " says that it speaks MCP " + ProtocolVersion.LATEST.date()
            + " and refuses it as unsupported (-32022) twice in a row; ";

    private final Session session;
    private final ListenStream listening;

    ModernSide(Session session, SessionContext context, UpstreamChannel channel, Handshake greeting) {
        this.session = session;
        // One stream tells the gateway of changed lists; what clients subscribe to is told on their own.
        boolean lists = session.key().client().equals(ClientKey.GATEWAY) && greeting.announcesLists();
        this.listening = new ListenStream(session, context, channel, lists ? greeting : null);
    }

    void open() {
        listening.open();
    }

    /**
     * Does what a request means that modern servers do not have, instead of sending it.
     *
     * @return false if it is to be sent
     */
    boolean standsIn(Message request) {
        JsonSlice params = request.get(Field.PARAMS);
        switch (request.method()) {
            case "resources/subscribe" -> {
                String uri = params == null ? null : params.textMember("uri");
                if (uri != null) {
                    listening.subscribe(uri);
                }
            }
            case "resources/unsubscribe" -> {
                String uri = params == null ? null : params.textMember("uri");
                if (uri != null) {
                    listening.unsubscribe(uri);
                }
            }
            case "logging/setLevel" -> {
                String level = params == null ? null : params.textMember("level");
                if (level != null && session.wire() instanceof ModernWire wire) {
                    LogLevel.find(level).ifPresent(known -> session.wire(wire.logging(known)));
                }
            }
            case "ping" -> {
                // There is no session that it could keep alive.
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Whether the server says that it does not speak the revision that was found out. */
    static boolean disowns(Message answer) {
        return UNSUPPORTED_VERSION.equals(answer.errorCode());
    }

    void close() {
        listening.close();
    }

    /** Closes it if it is there. */
    static void close(@Nullable ModernSide side) {
        if (side != null) {
            side.close();
        }
    }
}

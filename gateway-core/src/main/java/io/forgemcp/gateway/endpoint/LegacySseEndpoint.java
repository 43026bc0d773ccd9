package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;

/**
 * HTTP+SSE (MCP 2024-11-05, Transports): GET opens the session's only stream and names the path to post to; every
 * answer comes on the stream. The session lives as long as the stream.
 */
public final class LegacySseEndpoint implements McpEndpoint {
    private final ClientSessions sessions;
    private final MethodTable methods;

    public LegacySseEndpoint(ClientSessions sessions, MethodTable methods) {
        this.sessions = sessions;
        this.methods = methods;
    }

    @Override
    public void handle(McpRequest request, McpResponder responder) {
        try {
            switch (request.verb()) {
                case GET -> open(request, responder);
                case POST -> post(request, responder);
                case DELETE ->
                    throw new GatewayException(
                            ErrorCode.METHOD_NOT_ALLOWED, "Close the event stream to end this session.");
            }
        } catch (GatewayException refused) {
            Refusals.answer(request, responder, refused);
        }
    }

    private void open(McpRequest request, McpResponder responder) {
        methods.view(sessions.transientSession(request.caller(), request.virtualServer()));
        ClientSession session = sessions.open(request.caller(), request.virtualServer());
        EventStream stream = responder.stream();
        session.streams().standing(stream, false, false);
        responder.onDisconnect(() -> sessions.end(session, "the client closed its stream"));
        String messages = request.path().replaceFirst("/sse/?$", "/message") + "?sessionId=" + session.id();
        stream.event("endpoint", messages.getBytes(StandardCharsets.UTF_8));
    }

    private void post(McpRequest request, McpResponder responder) {
        String id = request.query("sessionId");
        if (id == null) {
            throw new GatewayException(
                    ErrorCode.SESSION_REQUIRED, "Post to the path that the endpoint event of the event stream names.");
        }
        Message message = Message.parse(request.body());
        ClientSession session = sessions.require(id, request.caller(), request.virtualServer());
        responder.answer(202, null);
        if (message.isRequest()) {
            methods.request(session, message, new StreamReply(session));
        } else {
            methods.accept(session, message);
        }
    }

    /** Everything goes on the session's one stream. */
    private record StreamReply(ClientSession session) implements Reply {
        @Override
        public void notification(byte[] json) {
            session.push(json);
        }

        @Override
        public boolean request(byte[] json) {
            return session.push(json);
        }

        @Override
        public void answer(byte[] json) {
            session.push(json);
        }

        @Override
        public void nothing(RequestId id, GatewayException cancelled) {}
    }
}

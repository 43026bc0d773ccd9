package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;

/**
 * HTTP+SSE in front of children (MCP 2024-11-05, Transports): GET opens the one stream of a session and names the path to
 * post to; everything the server says comes on it. The session ends with the stream.
 */
final class SseBridge implements McpEndpoint {
    private final Sessions sessions;
    private final BridgeSettings settings;

    SseBridge(Sessions sessions, BridgeSettings settings) {
        this.sessions = sessions;
        this.settings = settings;
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
            StreamableBridge.refuse(responder, null, refused);
        }
    }

    private void open(McpRequest request, McpResponder responder) {
        Session session = sessions.open();
        EventStream stream = responder.stream();
        // A path in front of ours, such as /v1, belongs to the posts, too.
        String path = request.path();
        String prefix = path.endsWith(settings.ssePath())
                ? path.substring(0, path.length() - settings.ssePath().length())
                : "";
        String messages = prefix + settings.messagePath() + "?sessionId=" + session.id();
        stream.event("endpoint", messages.getBytes(StandardCharsets.UTF_8));
        session.opened(stream, false, false);
        responder.onDisconnect(() -> sessions.end(session, "its client closed its stream"));
    }

    private void post(McpRequest request, McpResponder responder) {
        String id = request.query("sessionId");
        if (id == null) {
            throw new GatewayException(
                    ErrorCode.SESSION_REQUIRED, "Post to the path that the endpoint event of the event stream names.");
        }
        Message message = Message.parse(request.body());
        Session session = sessions.require(id);
        if (message.isRequest()) {
            session.conversation().request(session, message, new OnTheStream(session));
        } else {
            session.conversation().pass(session, message);
        }
        responder.answer(202, null);
    }

    /** Answers go where everything goes. */
    private record OnTheStream(Session session) implements Reply {
        @Override
        public boolean message(byte[] json) {
            session.deliver(json);
            return true;
        }

        @Override
        public void answer(byte[] json) {
            session.deliver(json);
        }

        @Override
        public void nothing(RequestId id) {}
    }
}

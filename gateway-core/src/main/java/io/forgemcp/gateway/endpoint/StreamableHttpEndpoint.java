package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Streamable HTTP with sessions (MCP 2025-03-26 to 2025-11-25, Transports). A request is answered with JSON when the
 * answer is the first thing the server says, and becomes an event stream when something else comes before it, so that
 * nothing is buffered and nothing is lost.
 */
public final class StreamableHttpEndpoint implements McpEndpoint {
    static final String SESSION_ID = "Mcp-Session-Id";
    private static final String VERSION = "MCP-Protocol-Version";

    private final ClientSessions sessions;
    private final MethodTable methods;

    public StreamableHttpEndpoint(ClientSessions sessions, MethodTable methods) {
        this.sessions = sessions;
        this.methods = methods;
    }

    @Override
    public void handle(McpRequest request, McpResponder responder) {
        try {
            checkVersion(request);
            switch (request.verb()) {
                case POST -> post(request, responder);
                case GET -> get(request, responder);
                case DELETE -> delete(request, responder);
            }
        } catch (GatewayException refused) {
            responder.answer(refused.code().httpStatus(), Messages.error(null, refused));
        }
    }

    private static void checkVersion(McpRequest request) {
        String version = request.header(VERSION);
        if (version != null && ProtocolVersion.find(version).isEmpty()) {
            throw new GatewayException(
                    ErrorCode.UNSUPPORTED_PROTOCOL_VERSION,
                    "The gateway does not speak MCP " + version + ". It speaks " + ProtocolVersion.V2024_11_05.date()
                            + " to " + ProtocolVersion.LATEST_LEGACY.date() + ".");
        }
    }

    private void post(McpRequest request, McpResponder responder) {
        Message message = Message.parse(request.body());
        if (message.isRequest() && message.method().equals("initialize")) {
            initialize(request, message, responder);
            return;
        }
        ClientSession session = session(request);
        if (message.isRequest()) {
            boolean streams = accepts(request, "text/event-stream");
            methods.request(session, message, new PostReply(responder, streams));
        } else {
            if (message.isNotification()) {
                methods.notification(session, message);
            }
            responder.answer(202, null);
        }
    }

    private void initialize(McpRequest request, Message message, McpResponder responder) {
        if (request.header(SESSION_ID) != null) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST, "initialize begins a session: leave out the " + SESSION_ID + " header.");
        }
        ClientSession session = sessions.open(request.caller(), request.virtualServer());
        boolean[] failed = new boolean[1];
        methods.request(session, message, new Reply() {
            @Override
            public void notification(byte[] json) {}

            @Override
            public void answer(byte[] json) {
                failed[0] = Message.parse(json).kind() == Message.Kind.ERROR;
                if (failed[0]) {
                    responder.answer(statusOfRefusal(request), json);
                } else {
                    responder.answer(200, json, SESSION_ID, session.id());
                }
            }

            @Override
            public void nothing() {
                responder.answer(202, null);
            }
        });
        if (failed[0]) {
            sessions.end(session, "initialize was refused");
        }
    }

    /** Without its virtual server the whole path does not exist; any other refusal is the method's own. */
    private int statusOfRefusal(McpRequest request) {
        try {
            methods.view(sessions.transientSession(request.caller(), request.virtualServer()));
            return 200;
        } catch (GatewayException refused) {
            return refused.code().httpStatus();
        }
    }

    /** The session that the request names, or a passing one for a bare JSON-RPC request that wants JSON only. */
    private ClientSession session(McpRequest request) {
        String id = request.header(SESSION_ID);
        if (id != null) {
            return sessions.require(id, request.caller(), request.virtualServer());
        }
        if (request.verb() == McpRequest.Verb.POST && !accepts(request, "text/event-stream")) {
            ClientSession session = sessions.transientSession(request.caller(), request.virtualServer());
            methods.view(session);
            return session;
        }
        throw new GatewayException(
                ErrorCode.SESSION_REQUIRED,
                "Send initialize first and the " + SESSION_ID + " header with every request after it. "
                        + "Without a session, accept application/json only.");
    }

    private void get(McpRequest request, McpResponder responder) {
        if (!accepts(request, "text/event-stream")) {
            throw new GatewayException(
                    ErrorCode.NOT_ACCEPTABLE, "GET opens an event stream: accept text/event-stream.");
        }
        ClientSession session = session(request);
        EventStream stream = responder.stream(SESSION_ID, session.id());
        session.opened(stream);
        responder.onDisconnect(() -> session.closed(stream));
    }

    private void delete(McpRequest request, McpResponder responder) {
        sessions.end(session(request), "the client ended the session");
        responder.answer(204, null);
    }

    private static boolean accepts(McpRequest request, String type) {
        String accept = request.header("Accept");
        if (accept == null) {
            return false;
        }
        String ranges = accept.toLowerCase(Locale.ROOT);
        return ranges.contains(type) || ranges.contains("*/*");
    }

    /** Answers one POST: as JSON if it can, as a stream if it must. Called from one thread at a time. */
    private static final class PostReply implements Reply {
        private final McpResponder responder;
        private final boolean streams;
        private @Nullable EventStream stream;

        private PostReply(McpResponder responder, boolean streams) {
            this.responder = responder;
            this.streams = streams;
        }

        @Override
        public synchronized void notification(byte[] json) {
            if (streams) {
                if (stream == null) {
                    stream = responder.stream();
                }
                stream.event(null, json);
            }
        }

        @Override
        public synchronized void answer(byte[] json) {
            if (stream == null) {
                responder.answer(200, json);
            } else {
                stream.event(null, json);
                stream.close();
            }
        }

        @Override
        public synchronized void nothing() {
            if (stream != null) {
                stream.close();
            } else if (streams) {
                responder.stream().close();
            } else {
                responder.answer(202, null);
            }
        }
    }
}

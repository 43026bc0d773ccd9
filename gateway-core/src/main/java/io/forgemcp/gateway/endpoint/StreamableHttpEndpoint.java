package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Streamable HTTP with sessions (MCP 2025-03-26 to 2025-11-25, Transports). Nothing is buffered and nothing is lost: a
 * request is answered with JSON when the answer is the first thing the server says, and with a stream when something
 * else comes before it or the client names streams first.
 */
public final class StreamableHttpEndpoint implements McpEndpoint {
    static final String SESSION_ID = "Mcp-Session-Id";
    private static final String VERSION = "MCP-Protocol-Version";
    private static final String LAST_EVENT = "Last-Event-ID";

    private final ClientSessions sessions;
    private final MethodTable methods;

    public StreamableHttpEndpoint(ClientSessions sessions, MethodTable methods) {
        this.sessions = sessions;
        this.methods = methods;
    }

    @Override
    public void handle(McpRequest request, McpResponder responder) {
        handle(request, null, responder);
    }

    /** As {@link #handle(McpRequest, McpResponder)}; the message is the body where somebody has read it already. */
    public void handle(McpRequest request, @Nullable Message read, McpResponder responder) {
        try {
            checkVersion(request);
            switch (request.verb()) {
                case POST -> post(request, read, responder);
                case GET -> get(request, responder);
                case DELETE -> delete(request, responder);
            }
        } catch (GatewayException refused) {
            Refusals.answer(request, responder, refused);
        }
    }

    private static void checkVersion(McpRequest request) {
        String version = request.header(VERSION);
        if (version != null && ProtocolVersion.findLegacy(version).isEmpty()) {
            throw new GatewayException(
                    ErrorCode.UNSUPPORTED_PROTOCOL_VERSION,
                    "The gateway does not speak MCP " + version + ". It speaks " + ProtocolVersion.V2024_11_05.date()
                            + " to " + ProtocolVersion.LATEST_LEGACY.date() + ".");
        }
    }

    private void post(McpRequest request, @Nullable Message read, McpResponder responder) {
        if (read == null && isArray(request.body())) {
            batch(request, responder);
            return;
        }
        Message message = read == null ? Message.parse(request.body()) : read;
        if (message.isRequest() && message.method().equals("initialize")) {
            initialize(request, message, responder);
            return;
        }
        ClientSession session = session(request);
        if (message.isRequest()) {
            methods.request(
                    session,
                    message,
                    PostAnswers.single(session, responder, AnswerForm.of(request), message.requireId()));
        } else {
            methods.accept(session, message);
            responder.answer(202, null);
        }
    }

    private static boolean isArray(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b == '[';
            }
        }
        return false;
    }

    /**
     * Several messages at once, which one revision has (MCP 2025-03-26, Transports). An element that is no message is
     * answered with an error of its own, and the others are served (JSON-RPC 2.0, section 6).
     */
    private void batch(McpRequest request, McpResponder responder) {
        List<JsonSlice> elements = JsonSlice.parse(request.body()).elements();
        ClientSession session = session(request);
        if (session.version() != ProtocolVersion.V2025_03_26) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST,
                    "Batches belong to MCP " + ProtocolVersion.V2025_03_26.date() + "; this session speaks "
                            + session.version().date() + ". Send one message in each POST.");
        }
        if (elements.isEmpty()) {
            throw new GatewayException(ErrorCode.INVALID_REQUEST, "This batch is empty.");
        }
        List<Message> requests = new ArrayList<>();
        List<byte[]> refusals = new ArrayList<>();
        for (JsonSlice element : elements) {
            byte[] json = element.toBytes();
            try {
                Message message = ofBatch(element, json);
                if (message.isRequest()) {
                    requests.add(message);
                } else {
                    methods.accept(session, message);
                }
            } catch (GatewayException refused) {
                refusals.add(Messages.error(RequestId.findIn(json), refused));
            }
        }
        if (requests.isEmpty() && refusals.isEmpty()) {
            responder.answer(202, null);
            return;
        }
        PostAnswers answers = PostAnswers.batch(
                session,
                responder,
                AnswerForm.of(request),
                requests.stream().map(Message::requireId).toList(),
                requests.size() + refusals.size());
        refusals.forEach(answers::answer);
        requests.forEach(message -> methods.request(session, message, answers));
    }

    private static Message ofBatch(JsonSlice element, byte[] json) {
        if (!element.isObject()) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST, "An element of a batch is one JSON-RPC message, which is an object.");
        }
        Message message = Message.parse(json);
        if (message.isRequest() && message.method().equals("initialize")) {
            throw new GatewayException(ErrorCode.INVALID_REQUEST, "initialize cannot be part of a batch.");
        }
        return message;
    }

    private void initialize(McpRequest request, Message message, McpResponder responder) {
        if (request.header(SESSION_ID) != null) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST, "initialize begins a session: leave out the " + SESSION_ID + " header.");
        }
        ClientSession session = sessions.open(request.caller(), request.virtualServer());
        methods.request(session, message, new Reply() {
            @Override
            public void notification(byte[] json) {}

            @Override
            public void answer(byte[] json) {
                if (Message.parse(json).kind() == Message.Kind.ERROR) {
                    sessions.end(session, "initialize was refused");
                    responder.answer(statusOfRefusal(request), json);
                } else {
                    responder.answer(200, json, SESSION_ID, session.id());
                }
            }

            @Override
            public void nothing(RequestId id, GatewayException cancelled) {
                answer(Messages.error(id, cancelled));
            }
        });
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
        if (request.verb() == McpRequest.Verb.POST && AnswerForm.of(request) == AnswerForm.JSON_ONLY) {
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
        if (AnswerForm.of(request) == AnswerForm.JSON_ONLY) {
            throw new GatewayException(
                    ErrorCode.NOT_ACCEPTABLE, "GET opens an event stream: accept text/event-stream.");
        }
        ClientSession session = session(request);
        SessionStreams streams = session.streams();
        String lastEvent = request.header(LAST_EVENT);
        if (lastEvent != null && streams.resume(lastEvent, responder, SESSION_ID, session.id())) {
            return;
        }
        EventStream connection = responder.stream(SESSION_ID, session.id());
        SessionStream stream = streams.standing(connection, true, session.primes());
        responder.onDisconnect(() -> stream.disconnected(connection));
        methods.announceMissed(session);
    }

    private void delete(McpRequest request, McpResponder responder) {
        sessions.end(session(request), "the client ended the session");
        responder.answer(204, null);
    }
}

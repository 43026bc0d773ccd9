package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.AnswerForm;
import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.endpoint.SessionStream;
import io.forgemcp.gateway.endpoint.SingleHeaders;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Streamable HTTP in front of children: sessions for the older generation (MCP 2025-11-25, Transports), single requests for
 * the newer one (MCP 2026-07-28, Streamable HTTP).
 */
final class StreamableBridge implements McpEndpoint {
    private static final String SESSION_ID = "Mcp-Session-Id";
    private static final String VERSION = "MCP-Protocol-Version";
    private static final String LAST_EVENT = "Last-Event-ID";
    /** Seconds; a session ends sooner or later. */
    private static final String RETRY_AFTER = "10";

    private final Sessions sessions;
    private final SharedConversation stateless;
    private final @Nullable SharedConversation withoutSessions;
    private final Timers timers;

    /**
     * @param stateless serves requests of the newer generation
     * @param withoutSessions serves the older generation where it needs no sessions; null if it needs them
     */
    StreamableBridge(
            Sessions sessions,
            SharedConversation stateless,
            @Nullable SharedConversation withoutSessions,
            Timers timers) {
        this.sessions = sessions;
        this.stateless = stateless;
        this.withoutSessions = withoutSessions;
        this.timers = timers;
    }

    @Override
    public void handle(McpRequest request, McpResponder responder) {
        try {
            SingleHeaders.check(request);
        } catch (GatewayException repeated) {
            boolean post = request.verb() == McpRequest.Verb.POST;
            refuse(responder, post ? RequestId.findIn(request.body()) : null, repeated);
            return;
        }
        try {
            switch (request.verb()) {
                case POST -> post(request, responder);
                case GET -> get(request, responder);
                case DELETE -> {
                    checkVersion(request);
                    sessions.end(session(request), "its client ended it");
                    responder.answer(204, null);
                }
            }
        } catch (GatewayException refused) {
            refuse(responder, null, refused);
        }
    }

    static void refuse(McpResponder responder, @Nullable RequestId id, GatewayException reason) {
        byte[] error = Messages.error(id, reason);
        if (reason.code() == ErrorCode.TOO_MANY_SESSIONS) {
            responder.answer(reason.code().httpStatus(), error, "Retry-After", RETRY_AFTER);
        } else {
            responder.answer(reason.code().httpStatus(), error);
        }
    }

    private void post(McpRequest request, McpResponder responder) {
        byte[] body = request.body();
        if (Batch.isBatch(body)) {
            checkVersion(request);
            checkBatches(request);
            Session session = sessionOrNone(request);
            Batch batch = Batch.of(body);
            batch.handle(
                    session,
                    back(session, request, responder, batch.requests()),
                    accepts(request, "text/event-stream"),
                    timers);
            return;
        }
        Message message = Message.parse(body);
        try {
            post(message, request, responder);
        } catch (GatewayException refused) {
            refuse(responder, message.id(), refused);
        }
    }

    private void post(Message message, McpRequest request, McpResponder responder) {
        if (StatelessRules.isModern(message) || (message.isNotification() && StatelessRules.saysModern(request))) {
            StatelessRules.check(request, message, stateless.tools());
            modern(message, request, responder);
            return;
        }
        checkVersion(request);
        if (message.isRequest() && message.method().equals("initialize") && withoutSessions == null) {
            initialize(message, request, responder);
        } else {
            ask(sessionOrNone(request), message, request, responder);
        }
    }

    private void modern(Message message, McpRequest request, McpResponder responder) {
        Session passing = Session.passing(stateless, timers);
        String claimed = message.text(Message.Field.CLAIMED_VERSION);
        if (message.isRequest() && claimed != null && !StatelessRules.isModern(claimed)) {
            RevisionRefusal refusal = new RevisionRefusal(message.requireId(), claimed, responder);
            stateless.request(passing, refusal.question(), refusal);
        } else {
            ask(passing, message, request, responder);
        }
    }

    private void initialize(Message message, McpRequest request, McpResponder responder) {
        if (request.header(SESSION_ID) != null) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST, "initialize begins a session: leave out the " + SESSION_ID + " header.");
        }
        Session session = sessions.open();
        PostReply reply = PostReply.one(
                responder,
                accepts(request, "text/event-stream"),
                timers,
                json -> {
                    if (Message.parse(json).kind() == Message.Kind.ERROR) {
                        sessions.end(session, "its handshake was refused");
                    }
                    return 200;
                },
                List.of(SESSION_ID, session.id()));
        responder.onDisconnect(() -> {
            reply.gone();
            // Nobody knows the id of the session.
            sessions.end(session, "its client went away during the handshake");
        });
        session.conversation().request(session, message, reply);
    }

    private void ask(Session session, Message message, McpRequest request, McpResponder responder) {
        if (!message.isRequest()) {
            session.conversation().pass(session, message);
            responder.answer(202, null);
            return;
        }
        boolean modern = session.conversation() == stateless;
        McpResponder back = back(session, request, responder, List.of(message.requireId()));
        PostReply reply = PostReply.one(
                back,
                accepts(request, "text/event-stream"),
                timers,
                json -> modern ? StatelessRules.status(json) : 200,
                List.of());
        back.onDisconnect(() -> {
            reply.gone();
            if (session.isPassing()) {
                session.conversation().abandon(session, message.requireId());
            }
        });
        try {
            session.conversation().request(session, message, reply);
        } catch (GatewayException refused) {
            reply.gone();
            throw refused;
        }
        if (!session.isPassing() && AnswerForm.of(request) == AnswerForm.STREAM) {
            reply.begin();
        }
    }

    /** A client of a session may lose its connection and come back. */
    private static McpResponder back(
            Session session, McpRequest request, McpResponder responder, List<RequestId> requests) {
        return session.isPassing()
                ? responder
                : new KeptAnswer(responder, session.streams(), primes(request), requests);
    }

    /** Whether the client knows events without content, to come back to (MCP 2025-11-25, Transports). */
    private static boolean primes(McpRequest request) {
        String version = request.header(VERSION);
        return version != null
                && ProtocolVersion.find(version)
                        .filter(named -> named.compareTo(ProtocolVersion.V2025_11_25) >= 0)
                        .isPresent();
    }

    private void get(McpRequest request, McpResponder responder) {
        if (!accepts(request, "text/event-stream")) {
            throw new GatewayException(
                    ErrorCode.NOT_ACCEPTABLE, "GET opens an event stream: accept text/event-stream.");
        }
        checkVersion(request);
        Session session = session(request);
        String lastEvent = request.header(LAST_EVENT);
        if (lastEvent != null && session.resumed(lastEvent, responder, SESSION_ID, session.id())) {
            return;
        }
        EventStream connection = responder.stream(SESSION_ID, session.id());
        SessionStream stream = session.opened(connection, true, primes(request));
        responder.onDisconnect(() -> session.closed(stream, connection));
    }

    private Session session(McpRequest request) {
        if (withoutSessions != null) {
            throw new GatewayException(
                    ErrorCode.METHOD_NOT_ALLOWED, "This bridge keeps no sessions (--stateless); it takes POST only.");
        }
        String id = request.header(SESSION_ID);
        if (id == null) {
            throw new GatewayException(
                    ErrorCode.SESSION_REQUIRED,
                    "Send initialize first and the " + SESSION_ID + " header with every request after it.");
        }
        return sessions.require(id);
    }

    private Session sessionOrNone(McpRequest request) {
        return withoutSessions == null ? session(request) : Session.passing(withoutSessions, timers);
    }

    private static void checkVersion(McpRequest request) {
        String version = request.header(VERSION);
        if (StatelessRules.saysModern(request)) {
            throw request.verb() == McpRequest.Verb.POST
                    ? new GatewayException(
                            ErrorCode.REQUEST_META_INVALID,
                            "The header " + VERSION + " says " + version + ", so params._meta has to say it, too.")
                    : new GatewayException(
                            ErrorCode.METHOD_NOT_ALLOWED,
                            "MCP " + version + " knows POST only: no stream to GET, no session to DELETE.");
        }
        if (version != null && ProtocolVersion.find(version).isEmpty()) {
            throw new GatewayException(
                    ErrorCode.UNSUPPORTED_PROTOCOL_VERSION,
                    "MCP " + version + " is unknown here. Sessions speak " + ProtocolVersion.V2024_11_05.date() + " to "
                            + ProtocolVersion.LATEST_LEGACY.date() + ".");
        }
    }

    /** Clients of the revisions that have no batches name theirs with every request (MCP 2025-06-18, Transports). */
    private static void checkBatches(McpRequest request) {
        String version = request.header(VERSION);
        if (version != null
                && ProtocolVersion.find(version)
                        .filter(named -> named.compareTo(ProtocolVersion.V2025_03_26) > 0)
                        .isPresent()) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST,
                    "Batches belong to MCP " + ProtocolVersion.V2025_03_26.date() + "; this request speaks " + version
                            + ". Send one message in each POST.");
        }
    }

    static boolean accepts(McpRequest request, String type) {
        String accept = request.header("Accept");
        if (accept == null) {
            return false;
        }
        String ranges = accept.toLowerCase(Locale.ROOT);
        return ranges.contains(type) || ranges.contains("*/*");
    }
}

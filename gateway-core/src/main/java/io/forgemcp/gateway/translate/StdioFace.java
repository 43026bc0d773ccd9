package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.StdioTransport;
import io.forgemcp.gateway.transport.UpstreamTransport;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An MCP server on standard streams that is somewhere else in truth: every line goes to a server behind another transport,
 * and what that says comes back as lines. For clients that only start commands. A session that the server forgets is begun
 * anew behind the client's back. Thread-safe.
 */
public final class StdioFace implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StdioFace.class);
    /** A client that has closed its end may still read what it asked for. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(10);

    private static final Duration LAST_LINES = Duration.ofSeconds(2);

    private final ServerLink link;
    private final Timers timers;
    private final InputStream in;
    private final LineWriter out;
    private final Map<RequestId, Message> underWay = new ConcurrentHashMap<>();
    private final ArrayDeque<Message> held = new ArrayDeque<>();
    private @Nullable RequestId shakingHands;
    /** Of the session, wanted or agreed; null before there is one, and without sessions. */
    private volatile @Nullable String revision;

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile boolean inputEnded;

    /**
     * @param server where the messages go
     * @param runtime finds or starts it; closed by the caller, afterwards
     * @param transport speaks to it
     * @param in lines from the client
     * @param out lines to the client; nobody else may write there
     */
    public StdioFace(
            ServiceDefinition server,
            ServiceRuntime runtime,
            UpstreamTransport transport,
            Timers timers,
            InputStream in,
            OutputStream out) {
        this.timers = timers;
        this.in = in;
        this.out = new LineWriter(out, () -> done.complete(null));
        this.link =
                new ServerLink(new Servers(server, runtime, transport), timers, Greeting.ofTheClient(), new Answers());
    }

    /**
     * Begins to read.
     *
     * @return completes when the client has closed its input and has its answers, or reads no more
     */
    public CompletionStage<Void> start() {
        link.open();
        // Only its reading half is of use here: the lines that go out must all be written before the end.
        new StdioTransport()
                .open("client", new InstanceAddress.Stdio(OutputStream.nullOutputStream(), in), new Client());
        return done;
    }

    /** Until the handshake is answered there is no session that a later message could belong to. */
    private void fromClient(Message message) {
        synchronized (held) {
            if (shakingHands != null) {
                held.add(message);
                return;
            }
            if (message.isRequest() && message.method().equals("initialize") && !StatelessRules.isModern(message)) {
                shakingHands = message.requireId();
                revision = revision(message.get(Message.Field.PARAMS));
            }
        }
        pass(message);
    }

    private static @Nullable String revision(@Nullable JsonSlice object) {
        return object == null ? null : object.textMember("protocolVersion");
    }

    /** What the server makes of the client's revision is what counts. */
    private void agreed(Message answer) {
        boolean handshake;
        synchronized (held) {
            handshake = shakingHands != null && shakingHands.equals(answer.id());
        }
        String version = handshake ? revision(answer.get(Message.Field.RESULT)) : null;
        if (version != null) {
            revision = version;
        }
    }

    private void pass(Message message) {
        if (message.isRequest()) {
            underWay.put(message.requireId(), message);
        } else if (message.isNotification() && message.method().equals("notifications/cancelled")) {
            RequestId id = Renumbering.cancelled(message);
            Message request = id == null ? null : underWay.get(id);
            if (request != null && StatelessRules.isModern(request)) {
                // There the end of the connection says it, and nothing else would be understood.
                link.cancel(request.requireId());
                answered(request.requireId());
                return;
            }
            if (request != null && !request.method().equals("initialize")) {
                // Nobody is told how it ended: who cancels wants no answer (MCP 2025-11-25, Cancellation).
                underWay.remove(request.requireId());
                link.send(message);
                answered(request.requireId());
                return;
            }
        }
        link.send(message);
    }

    private void answered(RequestId request) {
        underWay.remove(request);
        boolean released;
        synchronized (held) {
            released = request.equals(shakingHands);
        }
        if (released) {
            release();
        }
        finishIfQuiet();
    }

    /** One by one, so that what the client says meanwhile stays behind what it said before. */
    private void release() {
        for (; ; ) {
            Message next;
            synchronized (held) {
                next = held.poll();
                if (next == null) {
                    shakingHands = null;
                    return;
                }
            }
            pass(next);
        }
    }

    private void finishIfQuiet() {
        boolean quiet;
        synchronized (held) {
            quiet = held.isEmpty();
        }
        if (inputEnded && quiet && underWay.isEmpty()) {
            done.complete(null);
        }
    }

    private void fail(Message request, GatewayException reason) {
        if (underWay.remove(request.requireId(), request)) {
            out.write(Messages.error(request.requireId(), reason));
            answered(request.requireId());
        }
    }

    /** Ends the conversation with the server and writes what is left. Idempotent. */
    @Override
    public void close() {
        done.complete(null);
        link.close();
        out.close(LAST_LINES);
    }

    /** What the client sends. */
    private final class Client implements ChannelListener {
        @Override
        public void onMessage(Message message) {
            fromClient(message);
        }

        /** What clients say is for the server to judge. */
        @Override
        public void check(Message message) {}

        @Override
        public void onBatch() {
            String version = revision;
            if (!ProtocolVersion.V2025_03_26.date().equals(version)) {
                throw new GatewayException(
                        ErrorCode.INVALID_REQUEST,
                        "Batches belong to sessions of MCP " + ProtocolVersion.V2025_03_26.date()
                                + (version == null ? "" : "; this one speaks " + version)
                                + ". Send one message in each line.");
            }
        }

        @Override
        public boolean onUnreadable(byte[] text, GatewayException reason) {
            LOG.warn(
                    "event=line_refused reason=\"{}\" action=\"The client was told. It must write one JSON-RPC 2.0"
                            + " message in each line and nothing else; a wrapper that prints there must print to standard"
                            + " error.\"",
                    reason.getMessage());
            out.write(Messages.error(RequestId.findIn(text), reason));
            return true;
        }

        @Override
        public void onClosed(GatewayException reason) {
            inputEnded = true;
            finishIfQuiet();
            timers.schedule(LAST_ANSWERS, () -> done.complete(null));
        }
    }

    /** What the server sends. */
    private final class Answers implements LinkOwner {
        @Override
        public void onMessage(Message message) {
            out.write(message.bytes());
            RequestId id = message.isAnswer() ? message.id() : null;
            if (id != null) {
                agreed(message);
                answered(id);
            }
        }

        @Override
        public boolean awaits(RequestId sent) {
            return underWay.containsKey(sent);
        }

        @Override
        public void onUnsent(Message message, GatewayException reason) {
            if (message.isRequest()) {
                fail(message, reason);
            } else {
                LOG.warn("event=message_lost message=\"{}\" reason=\"{}\"", message, reason.getMessage());
            }
        }

        @Override
        public void onLost(GatewayException reason, Set<Message> kept) {
            List.copyOf(underWay.values()).stream()
                    .filter(request -> !kept.contains(request))
                    .forEach(request -> fail(request, reason));
        }
    }
}

package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import io.forgemcp.gateway.transport.UpstreamTransport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One conversation with one instance, from opening the channel over the handshake to its end. Calls that come before the
 * handshake is done wait for it.
 */
final class Session implements UpstreamSession, ChannelListener {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** Some servers say nothing on their stream, not even that it is open, before they have something to say. */
    private static final Duration LISTEN_PATIENCE = Duration.ofMillis(500);

    private final SessionContext context;
    private final SessionKey key;
    private final UpstreamTarget target;
    private final Introduction introduction;
    private final CircuitBreaker breaker;
    private final BesideCalls beside;
    private final CompletableFuture<UpstreamSession> opened = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile @Nullable UpstreamChannel channel;
    private volatile @Nullable Handshake handshake;
    private volatile Wire wire = LegacyWire.INSTANCE;
    private volatile @Nullable ModernSide modernSide;
    /** Calls that came before the handshake was done. */
    private final ArrayDeque<PendingCall> waiting = new ArrayDeque<>();

    private volatile boolean ready;
    private volatile boolean ended;
    private volatile @Nullable GatewayException openingRefusal;
    private volatile ClientKey owner;
    private final HandshakeDeadline deadline;
    private final ReverseRequests reverse;
    private final OwnRequests own;

    Session(
            SessionContext context,
            SessionKey key,
            UpstreamTarget target,
            Introduction introduction,
            CircuitBreaker breaker,
            GatewayMetrics.Counter strays) {
        this.context = context;
        this.own = new OwnRequests(this, context);
        this.deadline = new HandshakeDeadline(target.service().name(), context.timers(), this::handshakeTooLong);
        this.key = key;
        this.target = target;
        this.introduction = introduction;
        this.reverse = new ReverseRequests(this, context);
        this.breaker = breaker;
        this.beside = new BesideCalls(this, context, strays);
        this.owner = key.client();
    }

    SessionKey key() {
        return key;
    }

    UpstreamTarget target() {
        return target;
    }

    ServiceName service() {
        return target.service().name();
    }

    Introduction introduction() {
        return introduction;
    }

    /** How requests are put to the server. */
    Wire wire() {
        return wire;
    }

    void wire(Wire of) {
        wire = of;
    }

    /** Whether the server has no sessions, so that this one is the gateway's own idea. */
    boolean isModern() {
        return modernSide != null;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    /** Whose session this is; {@link ClientKey#GATEWAY} while it is shared or nobody but the gateway has used it. */
    ClientKey owner() {
        return owner;
    }

    /** @throws GatewayException if the session can serve one client only and another one has it */
    void checkOwner(ClientKey client) {
        if (!SessionKey.isOwned(target) || client.equals(ClientKey.GATEWAY)) {
            return;
        }
        boolean free;
        synchronized (this) {
            if (owner.equals(ClientKey.GATEWAY)) {
                owner = client;
            }
            free = owner.equals(client);
        }
        if (!free) {
            throw new GatewayException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "Instance " + target.instance() + " of service \"" + service()
                            + "\" serves another client's session. Allow more instances, or isolation: shared.");
        }
    }

    CompletionStage<UpstreamSession> opened() {
        return opened.minimalCompletionStage();
    }

    @Override
    public JsonSlice initializeResult() {
        return Objects.requireNonNull(handshake).result();
    }

    @Override
    public ProtocolVersion protocolVersion() {
        return Objects.requireNonNull(handshake).version();
    }

    void open(UpstreamTransport transport) {
        CompletionStage<UpstreamChannel> opening;
        try {
            opening = transport.open(service().value(), target.address(), this);
        } catch (RuntimeException failure) {
            opening = CompletableFuture.failedFuture(failure);
        }
        deadline.begin(context.handshakeTime().get());
        opening.whenComplete((result, failure) -> {
            if (failure != null) {
                openingFailed(GatewayException.of(failure));
            } else {
                shakeHands(result);
            }
        });
    }

    private void handshakeTooLong(Duration limit) {
        if (opened.isDone()) {
            return;
        }
        String reason = "Service \"" + service() + "\" did not finish the MCP handshake within "
                + limit.toMillis()
                + " ms. Check that its command or URL is an MCP server.";
        if (target.address() instanceof InstanceAddress.Stdio) {
            context.listener().onSilence(target.instance(), reason);
        }
        openingFailed(new GatewayException(ErrorCode.WAKE_TIMEOUT, reason));
    }

    private void shakeHands(UpstreamChannel fresh) {
        channel = fresh;
        if (over.get()) {
            fresh.close();
            return;
        }
        new Opening(this, context, fresh).begin();
    }

    /** Both sides know what they speak; the server has still to be told. */
    void agreed(Handshake agreed) {
        handshake = agreed;
    }

    /** The handshake is done. */
    void becomeReady(UpstreamChannel fresh, Handshake agreed) {
        deadline.callOff();
        breaker.succeeded();
        if (wire instanceof ModernWire) {
            ModernSide side = new ModernSide(this, context, fresh, agreed);
            modernSide = side;
            side.open();
        } else if (agreed.maySpeakUnasked() || introduction.offered().length() > 2) {
            beginWhenHeard(fresh, agreed);
            return;
        }
        begin(fresh, agreed);
    }

    /** What the server says beside the first call would be lost if its stream came later than the call. */
    private void beginWhenHeard(UpstreamChannel fresh, Handshake agreed) {
        AtomicBoolean begun = new AtomicBoolean();
        Runnable begin = () -> {
            if (begun.compareAndSet(false, true)) {
                begin(fresh, agreed);
            }
        };
        Timers.Cancellable patience = context.timers().schedule(LISTEN_PATIENCE, begin);
        fresh.listen(() -> {
            patience.cancel();
            begin.run();
        });
    }

    private void begin(UpstreamChannel fresh, Handshake agreed) {
        LOG.debug(
                "Upstream session opened: service={} instance={} version={}",
                service(),
                target.instance(),
                agreed.version().date());
        if (over.get()) {
            ModernSide.close(modernSide);
        }
        own.repeatWhatHolds(fresh, agreed);
        // In the order in which they came; who comes now queues up behind them until the queue is empty.
        for (PendingCall next = nextWaiting(); next != null; next = nextWaiting()) {
            next.transmit(this, fresh);
        }
        opened.complete(this);
    }

    /** Sends a request of the gateway's own if the server has the capability; its answer is of no interest. */
    void ask(String capability, Message request) {
        UpstreamChannel open = channel;
        Handshake agreed = handshake;
        if (ready && open != null && agreed != null) {
            own.ask(capability, request, open, agreed);
        }
    }

    /** Whether the gateway does what this request means, because the server has no such thing. */
    boolean standsIn(Message request) {
        return modernSide != null && modernSide.standsIn(request);
    }

    private synchronized @Nullable PendingCall nextWaiting() {
        PendingCall next = waiting.poll();
        ready = next == null && !over.get();
        return next;
    }

    /** The handshake failed, and with it everything that waits for it. */
    void openingFailed(GatewayException failure) {
        if (over.get()) {
            return;
        }
        GatewayException reason =
                failure.code() == ErrorCode.OUTCOME_UNKNOWN ? Opening.nothingWasAsked(failure) : failure;
        openingRefusal = reason;
        if (reason.code() == ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED || reason.code() == ErrorCode.UPSTREAM_REFUSED) {
            // It answered, and wants credentials. Whoever has mended them just now must not be told to wait.
            breaker.succeeded();
        } else {
            breaker.failed();
        }
        end(reason);
    }

    @Override
    public void send(UpstreamRequest request, CallListener listener) {
        submit(own.call(request, listener), ClientProfile.GATEWAY, null);
    }

    /**
     * Sends the call now, or as soon as the handshake is done.
     *
     * @param client whose call it is; what the gateway asks of its own accord has its time limit only
     * @param within how long it waits for that; null for as long as a handshake takes, from now on
     */
    void submit(PendingCall call, ClientProfile client, @Nullable Readiness within) {
        UpstreamChannel open = channel;
        if (!ready || open == null) {
            boolean tooLate;
            synchronized (this) {
                tooLate = over.get();
                if (!tooLate && !ready) {
                    waiting.add(call);
                    if (within != null) {
                        deadline.waits(call, within);
                    } else if (!client.key().equals(ClientKey.GATEWAY)) {
                        long now = context.timers().nanoTime();
                        deadline.waits(
                                call, Readiness.of(context.handshakeTime().get(), now));
                    }
                    return;
                }
            }
            open = channel;
            GatewayException refusal = openingRefusal;
            if (refusal != null) {
                call.onNoSession(refusal);
                return;
            }
            if (tooLate || open == null) {
                // Not sent, so it may go to the session that follows this one.
                call.onFailure(new GatewayException(
                        ErrorCode.SESSION_NOT_FOUND, "The session with service \"" + service() + "\" has ended."));
                return;
            }
        }
        call.transmit(this, open);
    }

    /** Sends a notification if the session is there. */
    void notify(Message notification) {
        UpstreamChannel open = channel;
        if (ready && open != null && !isModern()) {
            open.send(Outgoing.notification(notification.bytes(), notification.method()), new Unanswered());
        }
    }

    /** Tells the server that nobody waits for this request any more. */
    void cancelled(long id, String reason) {
        String params = "{\"requestId\":" + id + ",\"reason\":"
                + new String(JsonText.quote(reason), StandardCharsets.UTF_8) + "}";
        UpstreamChannel open = channel;
        // The handshake itself is never cancelled. Over HTTP a modern server sees the response closed instead.
        boolean closed = isModern() && target.address() instanceof InstanceAddress.Http;
        if (open != null && handshake != null && !closed) {
            Message notification =
                    Messages.notification("notifications/cancelled", params.getBytes(StandardCharsets.UTF_8));
            open.send(Outgoing.notification(notification.bytes(), notification.method()), new Unanswered());
        }
    }

    /** Something came back, so the server can be reached. */
    void reached() {
        breaker.succeeded();
    }

    /** What the failure of one message says about the session. */
    void failed(GatewayException failure) {
        if (failure.code() == ErrorCode.UPSTREAM_UNREACHABLE) {
            if (handshake != null) {
                breaker.failed();
            }
        } else if (failure.code() == ErrorCode.SESSION_NOT_FOUND
                && handshake != null
                && over.compareAndSet(false, true)) {
            if (isModern()) {
                context.eras().forget(service());
                ModernSide.close(modernSide);
            }
            // Other calls may still be answered on exchanges of their own; no new ones are sent here.
            ready = false;
            LOG.debug("Upstream session lost: service={} instance={}", service(), target.instance());
            context.ended().accept(this);
            UpstreamChannel open = channel;
            if (open != null) {
                open.close();
            }
        }
    }

    @Override
    public void onMessage(Message message) {
        switch (message.kind()) {
            case RESULT, ERROR -> {
                PendingCall call = context.table().find(message.numericId());
                if (call != null && call.isOn(this)) {
                    call.onAnswerOnChannel(message);
                } else {
                    beside.stray(message);
                }
            }
            case NOTIFICATION -> beside.onNotification(message);
            case REQUEST -> {
                // A modern server asks in its results only.
                if (!isModern()) {
                    reverse.onRequest(message, null);
                }
            }
        }
    }

    @Override
    public boolean onUnreadable(byte[] text, GatewayException reason) {
        return beside.onUnreadable(text, reason);
    }

    BesideCalls beside() {
        return beside;
    }

    ReverseRequests reverse() {
        return reverse;
    }

    /** Answers a request of the server. */
    void reply(byte[] answer) {
        UpstreamChannel open = channel;
        if (open != null) {
            open.send(Outgoing.answer(answer), new Unanswered());
        }
    }

    boolean isReady() {
        return ready;
    }

    /** Whether both sides have agreed on what they speak: calls are sent from then on, or are about to be. */
    static boolean hasAnswered(@Nullable Session session) {
        return session != null && session.handshake != null;
    }

    /** Whether it is over with its channel, so that another on the same instance would find nobody either. */
    static boolean hasEnded(@Nullable Session session) {
        return session != null && session.ended;
    }

    /** Whether several clients, or the gateway alone, use this conversation. */
    boolean isShared() {
        return key.client().equals(ClientKey.GATEWAY) && !SessionKey.isOwned(target);
    }

    @Override
    public void onClosed(GatewayException reason) {
        if (ready) {
            end(reason);
            return;
        }
        if (wire instanceof ModernWire && handshake == null) {
            // Some old servers end when they are asked before initialize: the next one is not.
            context.eras().sessionsOnly(service());
        }
        openingFailed(reason);
    }

    /** Ends the session; calls that were sent on it end with an unknown outcome. Idempotent. */
    void end(GatewayException reason) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        ready = false;
        ended = true;
        deadline.callOff();
        ModernSide.close(modernSide);
        context.ended().accept(this);
        UpstreamChannel open = channel;
        if (open != null) {
            open.close();
        }
        for (PendingCall call : context.table().all()) {
            if (call.isOn(this)) {
                call.onChannelClosed(reason);
            }
        }
        reverse.sessionEnded();
        opened.completeExceptionally(reason);
        for (PendingCall next = nextWaiting(); next != null; next = nextWaiting()) {
            next.onNoSession(reason);
        }
    }

    /** For messages that nobody waits for: what comes back belongs to no call. */
    private final class Unanswered implements UpstreamChannel.Receiver {
        @Override
        public void onMessage(Message message) {
            Session.this.onMessage(message);
        }

        @Override
        public void onEnd() {}

        @Override
        public void onFailure(GatewayException failure) {
            failed(failure);
        }
    }
}

package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way: from the client's bytes to exactly one answer or failure for its listener. The id under which
 * it is asked is also its progress token, so one table finds it by either.
 *
 * <p>Answers, timeouts and cancellations may meet on different threads. Whoever comes first to {@link #accept} decides;
 * the lock guards that decision only, the listener is called outside it by one thread at a time.
 */
final class PendingCall implements Call, UpstreamChannel.Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(PendingCall.class);

    private static final Object SUSPENDED = new Object();

    /** A response that goes on behind its answer is cut off after so many sweeps. */
    private static final int PATIENCE_SWEEPS = 50;

    private final CallTable table;
    private final Dispatcher dispatcher;
    private final UpstreamRequest request;
    private final ClientProfile profile;
    private final Message message;
    private final CallListener listener;
    private final byte @Nullable [] clientToken;
    private final long timeoutMillis;
    private final long reverseNanos;
    private volatile long deadlineNanos;
    private volatile long id;
    private volatile @Nullable Session session;
    private UpstreamChannel.@Nullable Exchange exchange;
    private boolean sent;
    private volatile boolean spoken;
    private boolean rejoined;
    private boolean redelivered;
    /** What goes on where this call ended, because the client had to be asked. */
    private final AtomicReference<@Nullable Object> successor = new AtomicReference<>();

    /** Responses whose answer was not taken for one: that they end means nothing. */
    private final AtomicInteger endingsToIgnore = new AtomicInteger();

    private boolean delivering;
    private boolean over;
    private volatile boolean answered;
    private volatile boolean disowned;
    private int sweepsSinceAnswer;
    private @Nullable ArrayDeque<Object> waiting;

    private static final Message NOTHING_TO_SAY =
            Message.parse("{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}".getBytes(StandardCharsets.US_ASCII));

    PendingCall(
            CallTable table,
            Dispatcher dispatcher,
            UpstreamRequest request,
            ClientProfile profile,
            CallListener listener,
            long deadlineNanos,
            long timeoutMillis,
            long reverseNanos) {
        this.table = table;
        this.dispatcher = dispatcher;
        this.request = request;
        this.profile = profile;
        this.message = request.message();
        this.listener = listener;
        JsonSlice token = message.get(Field.PROGRESS_TOKEN);
        this.clientToken = token == null ? null : token.toBytes();
        this.deadlineNanos = deadlineNanos;
        this.timeoutMillis = timeoutMillis;
        this.reverseNanos = reverseNanos;
    }

    /** Makes it known: from now on its deadline counts. */
    PendingCall register() {
        id = table.add(this);
        return this;
    }

    boolean isOn(Session candidate) {
        return session == candidate;
    }

    boolean isFor(InstanceId instance) {
        Session on = session;
        return on == null ? dispatcher.goesTo(instance) : on.key().instance().equals(instance);
    }

    /** Whether it was put on a session with this instance that had been answered; the messages of a handshake were not. */
    boolean hasReached(InstanceId instance) {
        return Session.hasAnswered(session) && isFor(instance);
    }

    /** Of a client without a session, which can be asked in the answer to its call alone. */
    boolean isOfModernClient() {
        return profile.version().era() == Era.MODERN && !profile.key().equals(ClientKey.GATEWAY);
    }

    /** As its client sent it. */
    Message message() {
        return message;
    }

    /** Puts the request on a session that is ready. */
    void transmit(Session on, UpstreamChannel channel) {
        long asked = id;
        synchronized (this) {
            if (over) {
                return;
            }
            session = on;
            sent = true;
            spoken = true;
        }
        if (on.standsIn(message)) {
            onAnswerOnChannel(NOTHING_TO_SAY);
            return;
        }
        Outgoing outgoing;
        try {
            outgoing = on.wire().request(request, profile, clientToken != null, asked);
        } catch (GatewayException unfit) {
            accept(unfit, true);
            return;
        }
        UpstreamChannel.Exchange started = channel.send(outgoing, this);
        boolean tooLate;
        synchronized (this) {
            if (id != asked) {
                return;
            }
            exchange = started;
            tooLate = over && !answered;
        }
        if (tooLate) {
            started.cancel();
        }
    }

    @Override
    public void onMessage(Message incoming) {
        switch (incoming.kind()) {
            case RESULT, ERROR -> onAnswer(incoming);
            case NOTIFICATION -> onNotification(incoming);
            case REQUEST -> {
                Session on = session;
                // A modern server asks in its result only.
                if (on != null && !on.isModern()) {
                    on.reverse().onRequest(incoming, this);
                }
            }
        }
    }

    /** An answer on this call's own response, which may go on behind it. */
    private void onAnswer(Message answer) {
        Session on = session;
        if (answer.numericId() == id) {
            answered(answer, on);
        } else if (answer.kind() == Message.Kind.ERROR && answer.id() == null) {
            // The server could not read the id; that it came on this response says whose it is.
            answered(OlderAnswer.withId(id, answer), on);
        } else if (on != null) {
            on.beside().stray(answer);
        }
    }

    /** An answer on the channel's one stream for everything: nothing follows it. */
    void onAnswerOnChannel(Message answer) {
        table.remove(id);
        answered(answer, session);
    }

    private void answered(Message answer, @Nullable Session on) {
        if (on != null && on.isModern() && ModernSide.disowns(answer)) {
            // It speaks another revision by now, and did nothing: a new session finds out which.
            endingsToIgnore.incrementAndGet();
            disowned = true;
            onFailure(new GatewayException(
                    ErrorCode.SESSION_NOT_FOUND, serviceText() + " no longer speaks the revision that it spoke."));
            return;
        }
        answered = true;
        if (on != null) {
            on.reached();
            if (clientToken != null && message.has(Field.TASK)) {
                on.beside().keepToken(id, clientToken);
            }
        }
        accept(answer, true);
    }

    /** A notification that came on the response, or progress that came elsewhere. */
    void onNotification(Message notification) {
        Session on = session;
        if (on != null && on.beside().takes(notification, this)) {
            return;
        }
        if (!notification.has(Field.PROGRESS)) {
            accept(notification, false);
        } else if (clientToken != null && notification.plainNumber(Field.PROGRESS) == id) {
            accept(Message.parse(notification.with(Field.PROGRESS, clientToken)), false);
        }
    }

    @Override
    public void onSuspended() {
        accept(SUSPENDED, false);
    }

    /**
     * Something that the server asks of the client before it can answer. The time limit rests meanwhile.
     *
     * @return false if the call is over
     */
    boolean onRequest(ReverseRequests.Asked asked) {
        deadlineNanos = table.now() + reverseNanos;
        return accept(asked, false);
    }

    /** The server has its answer and can go on. */
    void reverseAnswered() {
        deadlineNanos = table.now() + timeoutMillis * 1_000_000;
    }

    synchronized boolean isOver() {
        return over;
    }

    @Override
    public void onEnd() {
        if (endingsToIgnore.get() > 0 && endingsToIgnore.getAndDecrement() > 0) {
            return;
        }
        if (answered) {
            table.remove(id);
        } else {
            accept(
                    new GatewayException(
                            ErrorCode.OUTCOME_UNKNOWN,
                            serviceText() + " ended its response without an answer to " + what()
                                    + ". It may or may not have run and was not repeated."),
                    true);
        }
    }

    @Override
    public void onFailure(GatewayException failure) {
        Session on = session;
        if (answered) {
            table.remove(id);
            return;
        }
        if (on != null) {
            on.failed(failure);
        }
        if (mayRepeatAfter(failure)) {
            dispatcher.dispatch(this, failure);
        } else {
            accept(named(failure), true);
        }
    }

    @Override
    public synchronized void onUnsent() {
        sent = false;
    }

    /** Only what certainly did not run is repeated, and once. */
    private synchronized boolean mayRepeatAfter(GatewayException failure) {
        if (over) {
            return false;
        }
        if (failure.code() == ErrorCode.SESSION_NOT_FOUND && !rejoined) {
            rejoined = true;
        } else if (failure.code() == ErrorCode.UPSTREAM_UNREACHABLE && !redelivered && !Session.hasEnded(session)) {
            redelivered = true;
        } else {
            return false;
        }
        // A new id, so that nothing late from the first attempt is taken for the second.
        table.remove(id);
        id = table.add(this);
        session = null;
        exchange = null;
        sent = false;
        disowned = false;
        return true;
    }

    private GatewayException named(GatewayException failure) {
        if (failure.code() == ErrorCode.SESSION_NOT_FOUND) {
            String why = disowned ? ModernSide.DISOWNED_TWICE : " forgot its session twice in a row; ";
            return new GatewayException(
                    ErrorCode.UPSTREAM_PROTOCOL, serviceText() + why + what() + " did not run.", failure);
        }
        return failure.code() == ErrorCode.UPSTREAM_UNREACHABLE ? Undelivered.of(failure, spoken) : failure;
    }

    /** The conversation is over; what was sent may have run. */
    void onChannelClosed(GatewayException reason) {
        boolean wasSent;
        UpstreamChannel.Exchange current;
        synchronized (this) {
            wasSent = sent;
            current = exchange;
        }
        boolean ended = accept(
                wasSent
                        ? new GatewayException(
                                ErrorCode.OUTCOME_UNKNOWN,
                                reason.getMessage() + " The outcome of " + what() + " is unknown; it was not repeated.",
                                reason)
                        : Undelivered.of(reason, true),
                true);
        if (current == null) {
            return;
        }
        if (answered) {
            // A response, or the rest of one, that a server keeps open behind its answer goes with the session.
            table.remove(id);
        }
        if (ended || answered) {
            current.cancel();
        }
    }

    /** There is no session to send it on. */
    void onNoSession(GatewayException reason) {
        accept(Undelivered.of(reason, spoken), true);
    }

    /** Looked at every so often; only ever by the timer's thread. */
    void onSweep(long now) {
        if (answered) {
            // The answer has come and the response has not ended: most likely it never will.
            if (++sweepsSinceAnswer > PATIENCE_SWEEPS) {
                table.remove(id);
                UpstreamChannel.Exchange current;
                synchronized (this) {
                    current = exchange;
                }
                if (current != null) {
                    current.cancel();
                }
            }
        } else if (deadlineNanos - now <= 0) {
            onDeadline();
        }
    }

    private void onDeadline() {
        giveUp(
                new GatewayException(
                        ErrorCode.CALL_TIMEOUT,
                        serviceText() + " did not answer " + what() + " within " + timeoutMillis
                                + " ms. It may still be running there."),
                "timeout");
    }

    @Override
    public void cancel(@Nullable String reason) {
        Object next = successor.get();
        if (next instanceof Call rounds) {
            rounds.cancel(reason);
            return;
        }
        giveUp(
                new GatewayException(ErrorCode.CANCELLED, what() + " was cancelled."),
                reason == null ? "cancelled" : reason);
    }

    private void giveUp(GatewayException outcome, String reason) {
        if (!accept(outcome, true)) {
            return;
        }
        UpstreamChannel.Exchange current;
        boolean wasSent;
        synchronized (this) {
            current = exchange;
            wasSent = sent;
        }
        Session on = session;
        if (wasSent && on != null) {
            on.cancelled(id, reason);
        }
        if (current != null) {
            current.cancel();
        }
    }

    /**
     * Takes a notification, or the one thing that ends the call, and hands it to the listener after everything accepted
     * before.
     *
     * @return false if the call was over already
     */
    private boolean accept(Object event, boolean last) {
        boolean mine = false;
        synchronized (this) {
            if (over) {
                return false;
            }
            over = last;
            if (delivering) {
                if (waiting == null) {
                    waiting = new ArrayDeque<>(4);
                }
                waiting.add(event);
            } else {
                delivering = true;
                mine = true;
            }
        }
        if (last) {
            ended();
        }
        if (!mine) {
            return true;
        }
        for (Object next = event; next != null; next = next()) {
            deliver(next);
        }
        return true;
    }

    private void ended() {
        if (!answered) {
            table.remove(id);
        }
        Session on = session;
        if (on != null) {
            on.reverse().callEnded(this);
        }
    }

    private synchronized @Nullable Object next() {
        Object next = waiting == null ? null : waiting.poll();
        delivering = next != null;
        return next;
    }

    private void deliver(Object event) {
        try {
            if (event instanceof GatewayException failure) {
                listener.onFailure(failure);
            } else if (event == SUSPENDED) {
                listener.onPostponed();
            } else if (event instanceof ReverseRequests.Asked asked) {
                listener.onRequest(asked.request(), asked);
            } else if (((Message) event).isAnswer()) {
                answer((Message) event);
            } else {
                listener.onNotification((Message) event);
            }
        } catch (RuntimeException defect) {
            LOG.error("The listener of a call failed: call={}", what(), defect);
        }
    }

    private void answer(Message answer) {
        Session on = session;
        if (on != null && on.isModern() && InputRounds.isFor(profile, answer)) {
            Call rounds = dispatcher.askClient(answer);
            if (rounds != null) {
                Object before = successor.getAndSet(rounds);
                if (before != null) {
                    rounds.cancel("the caller gave up");
                }
                return;
            }
        }
        boolean foreign = on != null && !on.isModern() && isOfModernClient();
        listener.onAnswer(foreign ? OlderAnswer.forModernClient(answer) : answer);
    }

    private String serviceText() {
        return "Service \"" + dispatcher.service() + "\"";
    }

    String what() {
        return request.what();
    }
}

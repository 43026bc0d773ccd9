package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.BrokenAnswer;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line to a server that outlives any one child or connection: when a child dies, another is started after a pause that
 * doubles, told what its predecessor knew (see {@link Greeting}), and given what waited meanwhile. What was under way is
 * lost, and the owner hears why. Thread-safe; the lock guards the bookkeeping only, never a write or a call of the owner.
 */
final class ServerLink {
    private enum State {
        NEW,
        STARTING,
        GREETING,
        UP,
        /** The child has gone; how it went is still being found out. */
        ENDING,
        /** Until the pause is over. */
        WAITING,
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(ServerLink.class);
    /** A child that has lived so long was all right, whatever ended it. */
    private static final Duration STABLE = Duration.ofSeconds(10);

    private final Servers servers;
    private final Timers timers;
    private final Greeting greeting;
    private final ReentrantLock lock = new ReentrantLock();
    private final WaitingMessages waiting = new WaitingMessages();
    private final Failures failures = new Failures();
    /** What has been sent again because a session was lost; a server that forgets at once is not asked for ever. */
    private final Set<Message> repeated = new HashSet<>();

    private final KnownTools tools = new KnownTools();
    private final AtomicLong deliveries = new AtomicLong();
    private final CompletableFuture<Void> firstStart = new CompletableFuture<>();
    private final CompletableFuture<Void> allGone = new CompletableFuture<>();
    private volatile LinkOwner owner;
    private volatile boolean down;
    private State state = State.NEW;
    private @Nullable LinkRun run;
    private Timers.@Nullable Cancellable restart;
    private @Nullable GatewayException lastReason;

    ServerLink(Servers servers, Timers timers, Greeting greeting, LinkOwner owner) {
        this.servers = servers;
        this.timers = timers;
        this.greeting = greeting;
        this.owner = owner;
    }

    /** Starts the first child. The stage fails if that cannot be started; the line goes on trying all the same. */
    CompletionStage<Void> open() {
        begin(State.NEW);
        return firstStart;
    }

    /** Hands the line to somebody else; only for a line that nothing has been sent over. */
    void adopt(LinkOwner next) {
        owner = next;
    }

    /** Whether there should be a child, and none is ready. A first start under way does not count. */
    boolean isDown() {
        return down;
    }

    /** What has been learnt of the tools behind a URL. */
    KnownTools tools() {
        return tools;
    }

    /** Why the last child went; null if none has. */
    @Nullable
    GatewayException lastReason() {
        lock.lock();
        try {
            return lastReason;
        } finally {
            lock.unlock();
        }
    }

    /** Sends a message now, or as soon as there is a child. */
    void send(Message message) {
        LinkRun current = null;
        GatewayException refusal = null;
        lock.lock();
        try {
            refusal = refusal(message);
            if (refusal == null) {
                if (state == State.UP) {
                    greeting.sent(message);
                    current = run;
                } else {
                    waiting.add(message);
                }
            }
        } finally {
            lock.unlock();
        }
        if (refusal != null) {
            owner.onUnsent(message, refusal);
        } else if (current != null) {
            write(current, message);
        }
    }

    private @Nullable GatewayException refusal(Message message) {
        if (state == State.CLOSED) {
            return new GatewayException(
                    ErrorCode.SESSION_NOT_FOUND, "This conversation has ended. Send initialize again.");
        }
        if (state == State.WAITING && failures.refuses()) {
            return new GatewayException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "The server keeps ending before it has answered anything and is left alone for a moment. Last: "
                            + (lastReason == null ? "unknown" : lastReason.getMessage()));
        }
        if (waiting.isFull(message)) {
            return new GatewayException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "The server is being started and " + WaitingMessages.MAX_BYTES + " bytes already wait for it.");
        }
        return null;
    }

    private void write(LinkRun to, Message message) {
        new Delivery(this, to, message, deliveries.incrementAndGet()).send();
    }

    /** A message did not reach the server, or its answer will not come. */
    void failed(LinkRun by, Message message, GatewayException reason) {
        boolean sessionLost = reason.code() == ErrorCode.SESSION_NOT_FOUND && mayRepeat(message);
        if (greeting.isMine(message)) {
            lost(by, reason);
        } else if (sessionLost) {
            beginAnew(by, message);
        } else {
            owner.onUnsent(message, reason);
        }
    }

    /** A server that does not know the session has not run the request, so once it may be sent again. */
    private boolean mayRepeat(Message message) {
        lock.lock();
        try {
            return greeting.isDue() && state != State.CLOSED && repeated.add(message);
        } finally {
            lock.unlock();
        }
    }

    /** The server has forgotten the session: another is begun behind the client's back. */
    private void beginAnew(LinkRun gone, Message message) {
        boolean first;
        lock.lock();
        try {
            first = run == gone;
            if (first) {
                run = null;
                state = State.WAITING;
                waiting.addFirst(message);
            }
        } finally {
            lock.unlock();
        }
        if (first) {
            LOG.info("event=session_renewed reason=\"the server no longer knows it\"");
            gone.end();
            begin(State.WAITING);
        } else {
            send(message);
        }
    }

    /** Gives up waiting for the answer to a request, where closing its connection says so. */
    void cancel(RequestId request) {
        LinkRun current;
        lock.lock();
        try {
            current = run;
        } finally {
            lock.unlock();
        }
        if (current != null) {
            current.cancel(request);
        }
    }

    private void begin(State expected) {
        LinkRun next;
        lock.lock();
        try {
            if (state != expected) {
                return;
            }
            state = State.STARTING;
            next = new LinkRun(this, timers);
            run = next;
        } finally {
            lock.unlock();
        }
        servers.start(next, next).whenComplete((child, failure) -> {
            if (child != null) {
                started(next, child);
            } else {
                GatewayException reason = GatewayException.of(failure);
                lost(next, reason);
                firstStart.completeExceptionally(reason);
            }
        });
    }

    private void started(LinkRun started, Servers.Running child) {
        started.child(child);
        Message first = null;
        boolean late;
        lock.lock();
        try {
            late = run != started;
            if (!late && greeting.isDue()) {
                state = State.GREETING;
                first = greeting.first();
            }
        } finally {
            lock.unlock();
        }
        firstStart.complete(null);
        if (late) {
            child.end();
            return;
        }
        if (first != null) {
            write(started, first);
        } else {
            sendWaiting(started);
        }
    }

    private void sendWaiting(LinkRun to) {
        for (; ; ) {
            Message next;
            lock.lock();
            try {
                if (run != to || state == State.ENDING) {
                    return;
                }
                next = waiting.poll();
                if (next == null) {
                    state = State.UP;
                    down = false;
                    return;
                }
                greeting.sent(next);
            } finally {
                lock.unlock();
            }
            write(to, next);
        }
    }

    /** A child said something. */
    void received(LinkRun from, Message message) {
        boolean greeted = false;
        boolean agreed = false;
        List<Message> rest = List.of();
        lock.lock();
        try {
            if (run != from) {
                return;
            }
            if (message.isAnswer()) {
                if (greeting.isMine(message)) {
                    if (state != State.GREETING) {
                        return;
                    }
                    greeted = true;
                    rest = greeting.rest();
                } else {
                    from.prove();
                    repeated.clear();
                    agreed = greeting.answered(message);
                }
            }
        } finally {
            lock.unlock();
        }
        if (agreed || (greeted && message.kind() == Message.Kind.RESULT)) {
            from.agreed(message);
        }
        if (!greeted) {
            owner.onMessage(message);
        } else if (message.kind() == Message.Kind.RESULT) {
            owner.onGreeted(message);
            rest.forEach(setting -> write(from, setting));
            sendWaiting(from);
        } else {
            lost(
                    from,
                    new GatewayException(
                            ErrorCode.UPSTREAM_PROTOCOL,
                            "The server refused the handshake: " + message.get(Message.Field.ERROR)));
        }
    }

    /**
     * A child said something that is no message. If it was meant for the answer to a request, that request gets an error
     * instead, because no other answer will come.
     *
     * @return false if it is nobody's
     */
    boolean unreadable(LinkRun from, byte[] text, GatewayException reason) {
        List<RequestId> meant = BrokenAnswer.ids(text, id -> greeting.isMine(id) || owner.awaits(id));
        GatewayException failure = new GatewayException(
                ErrorCode.UPSTREAM_PROTOCOL,
                (reason.code() == ErrorCode.BODY_TOO_LARGE
                                ? "The server answered with too much at once: "
                                : "The server answered with no valid MCP message: ")
                        + reason.getMessage(),
                reason);
        meant.forEach(id -> received(from, Message.parse(Messages.error(id, failure))));
        return !meant.isEmpty();
    }

    /** The first sign that a child has gone: nothing more is written to it. */
    void ending(LinkRun ending) {
        lock.lock();
        try {
            if (run == ending && state != State.CLOSED) {
                state = State.ENDING;
                down = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** A child has gone for good, or was never there. */
    void lost(LinkRun gone, GatewayException reason) {
        List<Message> unsent = List.of();
        Set<Message> kept = Set.of();
        boolean hopeless;
        Duration pause;
        lock.lock();
        try {
            if (run != gone) {
                return;
            }
            run = null;
            down = true;
            state = State.WAITING;
            lastReason = reason;
            pause = failures.next(gone.proven() || gone.livedFor(STABLE));
            hopeless = failures.isHopeless();
            if (failures.isFirst() && gone.started()) {
                kept = waiting.all();
            } else {
                unsent = waiting.clear();
            }
            restart = timers.schedule(pause, () -> begin(State.WAITING));
        } finally {
            lock.unlock();
        }
        LOG.warn("event=child_lost restart_ms={} reason=\"{}\"", pause.toMillis(), reason.getMessage());
        gone.end();
        owner.onLost(reason, kept);
        unsent.forEach(message -> owner.onUnsent(message, reason));
        if (hopeless) {
            owner.onHopeless(reason);
        }
    }

    /** Ends the child; the owner hears nothing more. Completes when it is gone. Idempotent. */
    CompletionStage<Void> close() {
        LinkRun current;
        Timers.Cancellable planned;
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return allGone;
            }
            state = State.CLOSED;
            current = run;
            run = null;
            down = false;
            planned = restart;
            waiting.clear();
        } finally {
            lock.unlock();
        }
        if (planned != null) {
            planned.cancel();
        }
        if (current == null) {
            allGone.complete(null);
        } else {
            current.end().whenComplete((ended, failure) -> allGone.complete(null));
        }
        return allGone;
    }
}

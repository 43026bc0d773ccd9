package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line to a server that outlives any one child: when a child dies, another is started after a pause that doubles, told
 * what its predecessor knew (see {@link Greeting}), and given what waited meanwhile. What was under way is lost, and the
 * owner hears why. Thread-safe; the lock guards the bookkeeping only, never a write or a call of the owner.
 */
final class ChildLink {
    /** Hears what comes over the line, in order. Called from several threads, one at a time; must not block. */
    interface Owner {
        void onMessage(Message message);

        /** This was not delivered. */
        void onUnsent(Message message, GatewayException reason);

        /**
         * The child has gone; no request that it had will be answered.
         *
         * @param kept what it had not been given yet: its successor gets that
         */
        void onLost(GatewayException reason, Set<Message> kept);

        /** A child has answered our own handshake. */
        default void onGreeted(Message answer) {}

        /** Several children in a row did not live long enough to answer anything. The line goes on trying. */
        default void onHopeless(GatewayException reason) {}
    }

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

    private static final Logger LOG = LoggerFactory.getLogger(ChildLink.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** A child that has lived so long was all right, whatever ended it. */
    private static final Duration STABLE = Duration.ofSeconds(10);

    private static final int HOPELESS = 5;
    /** From so many failures on the pause is longer than a caller likes to be kept in the dark. */
    private static final int REFUSING = 3;

    private static final long MAX_WAITING_BYTES = 64L << 20;

    private final Children children;
    private final Timers timers;
    private final Greeting greeting;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Message> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> firstStart = new CompletableFuture<>();
    private volatile Owner owner;
    private volatile boolean down;
    private State state = State.NEW;
    private @Nullable ChildRun run;
    private Timers.@Nullable Cancellable restart;
    private @Nullable GatewayException lastReason;
    private long waitingBytes;
    private int failures;

    ChildLink(Children children, Timers timers, Greeting greeting, Owner owner) {
        this.children = children;
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
    void adopt(Owner next) {
        owner = next;
    }

    /** Whether there should be a child, and none is ready. A first start under way does not count. */
    boolean isDown() {
        return down;
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
        ChildRun current = null;
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
                    waitingBytes += message.bytes().length;
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
        if (state == State.WAITING && failures >= REFUSING) {
            return new GatewayException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "The server keeps ending before it has answered anything and is left alone for a moment. Last: "
                            + (lastReason == null ? "unknown" : lastReason.getMessage()));
        }
        if (waitingBytes + message.bytes().length > MAX_WAITING_BYTES && !waiting.isEmpty()) {
            return new GatewayException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "The server is being started and " + MAX_WAITING_BYTES + " bytes already wait for it.");
        }
        return null;
    }

    private void write(ChildRun to, Message message) {
        Outgoing outgoing =
                new Outgoing(message.bytes(), message.isAnswer() ? null : message.method(), message.numericId());
        to.require().channel().send(outgoing, new UpstreamChannel.Receiver() {
            @Override
            public void onMessage(Message incoming) {
                received(to, incoming);
            }

            @Override
            public void onEnd() {}

            @Override
            public void onFailure(GatewayException failure) {
                owner.onUnsent(message, failure);
            }
        });
    }

    private void begin(State expected) {
        ChildRun next;
        lock.lock();
        try {
            if (state != expected) {
                return;
            }
            state = State.STARTING;
            next = new ChildRun(this, timers);
            run = next;
        } finally {
            lock.unlock();
        }
        children.start(next, next).whenComplete((child, failure) -> {
            if (child != null) {
                started(next, child);
            } else {
                GatewayException reason = GatewayException.of(failure);
                lost(next, reason);
                firstStart.completeExceptionally(reason);
            }
        });
    }

    private void started(ChildRun started, Children.Child child) {
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
        if (late) {
            child.end();
            return;
        }
        if (first != null) {
            write(started, first);
        } else {
            sendWaiting(started);
        }
        firstStart.complete(null);
    }

    private void sendWaiting(ChildRun to) {
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
                waitingBytes -= next.bytes().length;
                greeting.sent(next);
            } finally {
                lock.unlock();
            }
            write(to, next);
        }
    }

    /** A child said something. */
    void received(ChildRun from, Message message) {
        boolean greeted = false;
        List<Message> rest = List.of();
        lock.lock();
        try {
            if (run != from) {
                return;
            }
            if (message.isAnswer()) {
                if (Greeting.isMine(message)) {
                    if (state != State.GREETING) {
                        return;
                    }
                    greeted = true;
                    rest = greeting.rest();
                } else {
                    from.prove();
                    greeting.answered(message);
                }
            }
        } finally {
            lock.unlock();
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

    /** The first sign that a child has gone: nothing more is written to it. */
    void ending(ChildRun ending) {
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
    void lost(ChildRun gone, GatewayException reason) {
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
            failures = gone.proven() || gone.livedFor(STABLE) ? 1 : failures + 1;
            hopeless = failures == HOPELESS;
            pause = pause(failures);
            if (failures == 1 && gone.started()) {
                kept = Set.copyOf(waiting);
            } else {
                unsent = new ArrayList<>(waiting);
                waiting.clear();
                waitingBytes = 0;
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

    private static Duration pause(int failures) {
        Duration pause = FIRST_PAUSE;
        for (int i = 1; i < failures && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    /** Ends the child; the owner hears nothing more. Completes when it is gone. Idempotent. */
    CompletionStage<Void> close() {
        ChildRun current;
        Timers.Cancellable planned;
        lock.lock();
        try {
            state = State.CLOSED;
            current = run;
            run = null;
            down = false;
            planned = restart;
            waiting.clear();
            waitingBytes = 0;
        } finally {
            lock.unlock();
        }
        if (planned != null) {
            planned.cancel();
        }
        return current == null ? CompletableFuture.completedFuture(null) : current.end();
    }
}

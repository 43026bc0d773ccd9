package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a slot knows about itself: its state, its instance, and since when. Every change of state passes {@link #change},
 * which keeps to {@link StateTable}. Written by one mailbox; {@link #view}, {@link #lastLines}, {@link #retiring} and
 * {@link #lastUsed} are for any thread.
 */
final class SlotState {
    /** {@link #lastUsed} before any use. */
    static final long NEVER = Long.MIN_VALUE;

    private static final int KEPT_LINES = 500;

    /**
     * What others may see of a slot.
     *
     * @param since when the state was entered, on {@link Timers#nanoTime}
     */
    record View(
            ServiceState state,
            @Nullable LiveInstance live,
            @Nullable String error,
            long since) {}

    private final ServiceDefinition service;
    private final Timers timers;
    private final AtomicLong lastUsed = new AtomicLong(NEVER);
    private ServiceState state = ServiceState.STOPPED;
    private @Nullable LiveInstance live;
    private boolean fallingAsleep;
    private boolean dying;
    private volatile boolean retiring;
    private volatile View view;
    private volatile List<String> lastLines = List.of();
    private long awakeSince;
    private long changed;

    SlotState(ServiceDefinition service, Timers timers) {
        this.service = service;
        this.timers = timers;
        this.changed = timers.nanoTime();
        this.view = new View(ServiceState.STOPPED, null, null, changed);
    }

    ServiceState state() {
        return state;
    }

    @Nullable
    LiveInstance live() {
        return live;
    }

    /** The instance, where the state says that there is one. */
    LiveInstance require() {
        LiveInstance current = live;
        if (current == null) {
            throw new IllegalStateException("no instance in state " + state);
        }
        return current;
    }

    void live(@Nullable LiveInstance value) {
        LiveInstance before = live;
        if (value == null && before != null) {
            lastLines = before.lastLines(KEPT_LINES);
        }
        live = value;
        dying = false;
    }

    /** What the instance that was here before wrote last, oldest first; of a running one its own are to be asked. */
    List<String> lastLines() {
        return lastLines;
    }

    void lastLines(List<String> lines) {
        lastLines = List.copyOf(lines);
    }

    /** Has the end of the last lease told. */
    void watch() {
        if (live != null) {
            live.watch(true);
        }
    }

    View view() {
        return view;
    }

    /** When the last lease ended, on {@link Timers#nanoTime}; {@link #NEVER} before. */
    AtomicLong lastUsed() {
        return lastUsed;
    }

    /** Since the last start or wake, on {@link Timers#nanoTime}. */
    long awakeSince() {
        return awakeSince;
    }

    void awakeNow() {
        awakeSince = timers.nanoTime();
    }

    Duration awakeFor() {
        return Duration.ofNanos(timers.nanoTime() - awakeSince);
    }

    /** When the state was entered, on {@link Timers#nanoTime}. */
    long changed() {
        return changed;
    }

    /** Whether the runtime has been asked to put it to sleep and has not answered. */
    boolean fallingAsleep() {
        return fallingAsleep;
    }

    void fallingAsleep(boolean value) {
        fallingAsleep = value;
    }

    /** Whether the instance has ended, and only the reason is still to come. */
    boolean dying() {
        return dying;
    }

    /** Until another instance is here, or none. */
    void dies() {
        dying = true;
    }

    /** Whether nobody is let in although it counts as running. */
    boolean closed() {
        return fallingAsleep || dying;
    }

    /** Whether the instance is being taken away. */
    boolean retiring() {
        return retiring;
    }

    void retiring(boolean value) {
        retiring = value;
    }

    /** Whether it is taken away once nobody uses it any more. */
    boolean draining() {
        return retiring && state == ServiceState.RUNNING;
    }

    /** Whether it runs or is about to. */
    boolean awake() {
        return state == ServiceState.RUNNING || state == ServiceState.STARTING || state == ServiceState.WAKING;
    }

    /** Whether it runs and is going to. */
    boolean available() {
        return state == ServiceState.RUNNING && !closed() && !retiring;
    }

    /** Whether anybody wants the instance awake. */
    boolean used() {
        return live != null && live.gate().inside() > 0;
    }

    /** How many are inside without those that yield to orders. */
    long inFlight() {
        return live == null ? 0 : live.gate().calls();
    }

    /** Lets nobody else in, and says whether nobody is inside who would have to be waited for. */
    boolean shutDoor() {
        if (live != null) {
            live.gate().shut();
        }
        return inFlight() == 0;
    }

    void change(ServiceState to, String reason) {
        if (!StateTable.allows(state, to)) {
            throw new IllegalStateException(service.name() + ": " + state + " to " + to + " is not a transition");
        }
        state = to;
        changed = timers.nanoTime();
        view = new View(to, live, to == ServiceState.ERROR ? reason : null, changed);
    }
}

package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sleep of the instance in one slot: how deep it begins, when it gets deeper, and what it gave. An instance that
 * sleeps on and on is sent deeper step by step, as far as its service's wakes allow. Owned by one mailbox; {@link #depth}
 * is for any thread.
 */
final class Sleeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sleeper.class);
    /** How many idle timeouts an instance must have slept before it goes to each depth. */
    private static final int SHALLOW_AFTER = 1;

    private static final int DEEP_AFTER = 4;
    /** When the processor time of a sleep is looked at. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(60);

    /** Hears that the sleep got deeper, and that a step has ended, well or not, in time or late. */
    interface Listener {
        void deeper(SleepDepth depth, String reason);

        void stepOver();
    }

    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final Mailbox mailbox;
    private final RuntimeCalls calls;
    private final DepthBook book;
    private final Listener listener;

    private volatile @Nullable SleepDepth depth;
    private @Nullable LiveInstance sleeper;
    private @Nullable Long awakeBytes;
    private boolean busy;
    private boolean waking;
    private long since;
    private Timers.Cancellable step = () -> {};
    private Timers.Cancellable look = () -> {};

    Sleeper(
            ServiceDefinition service,
            LifecycleScope scope,
            Mailbox mailbox,
            RuntimeCalls calls,
            DepthBook book,
            Listener listener) {
        this.service = service;
        this.scope = scope;
        this.mailbox = mailbox;
        this.calls = calls;
        this.book = book;
        this.listener = listener;
    }

    /** How deeply it sleeps; null while it is awake. */
    @Nullable
    SleepDepth depth() {
        return depth;
    }

    /** Whether a step to a deeper sleep is under way; nothing else may be asked of the instance meanwhile. */
    boolean busy() {
        return busy;
    }

    /** How deeply the instance is to sleep at first. */
    SleepDepth first(LiveInstance live) {
        book.withheld(scope.runtimes().withheld(live.runtime()));
        SleepDepth first = book.first(live.instance().depths());
        if (first.compareTo(SleepDepth.FREEZE) > 0 && first != SleepDepth.STOP && !memoryIsWanted()) {
            return SleepDepth.FREEZE;
        }
        return first;
    }

    /** Reads the memory of the instance, off the mailbox, then goes on there. */
    void measureAwake(LiveInstance live, Runnable then) {
        measure(live, usage -> {
            awakeBytes = usage == null ? null : (Long) usage.trueMemoryBytes();
            then.run();
        });
    }

    /** It sleeps now, this deeply. */
    void asleep(LiveInstance live, SleepDepth now) {
        if (sleeper != live) {
            since = scope.timers().nanoTime();
        }
        sleeper = live;
        waking = false;
        depth = now;
        book.slept(now);
        measure(live, usage -> measured(live, now, usage));
        plan();
    }

    /** It is being woken: a step to a deeper sleep now would freeze it under whoever waits for it. */
    void waking() {
        step.cancel();
        waking = true;
    }

    /** It is awake or gone. */
    void over() {
        waking = false;
        step.cancel();
        look.cancel();
        sleeper = null;
        depth = null;
        busy = false;
    }

    /** Takes the next step now, if there is one: memory is scarce. */
    void hurry() {
        LiveInstance current = sleeper;
        if (current != null && !busy && !waking) {
            next(current).ifPresent(deeper -> deepen(current, deeper));
        }
    }

    private Optional<SleepDepth> next(LiveInstance live) {
        SleepDepth now = depth;
        return now == null || !memoryIsWanted()
                ? Optional.empty()
                : book.deeper(now, live.instance().depths());
    }

    private boolean memoryIsWanted() {
        return scope.controls().sleep().optimization().memory();
    }

    private void plan() {
        step.cancel();
        LiveInstance current = sleeper;
        if (current == null) {
            return;
        }
        next(current).ifPresent(deeper -> {
            Duration idle = service.sleepPolicy().idleTimeout();
            Duration due = idle.multipliedBy(deeper == SleepDepth.SHALLOW ? SHALLOW_AFTER : DEEP_AFTER);
            Duration left = due.minusNanos(scope.timers().nanoTime() - since);
            step = scope.timers().schedule(left.isNegative() ? Duration.ZERO : left, () -> mailbox.tell(this::hurry));
        });
    }

    private void deepen(LiveInstance live, SleepDepth deeper) {
        busy = true;
        calls.sleep(
                live,
                deeper,
                failure -> {
                    if (sleeper != live) {
                        listener.stepOver();
                        return;
                    }
                    busy = false;
                    if (failure == null) {
                        asleep(live, deeper);
                        long slept = Duration.ofNanos(scope.timers().nanoTime() - since)
                                .toSeconds();
                        listener.deeper(deeper, "asleep for " + slept + " s, deeper: " + label(deeper));
                    } else {
                        String reason = ServiceFailures.reason(failure);
                        LOG.warn(
                                "event=deeper_sleep_failed service={} depth={} reason=\"{}\"",
                                service.name(),
                                label(deeper),
                                reason);
                        book.refused(deeper, reason);
                    }
                    listener.stepOver();
                },
                listener::stepOver);
    }

    private void measured(LiveInstance live, SleepDepth then, Instance.@Nullable Usage usage) {
        if (sleeper != live || depth != then || usage == null) {
            return;
        }
        book.memory(then, awakeBytes, usage.trueMemoryBytes());
        long at = scope.timers().nanoTime();
        look.cancel();
        look = scope.timers()
                .schedule(
                        LOOK_AGAIN,
                        () -> mailbox.tell(() -> measure(live, later -> {
                            if (sleeper == live && depth == then && later != null) {
                                long nanos = Math.max(0, later.cpuNanos() - usage.cpuNanos());
                                book.processor(
                                        then,
                                        100.0
                                                * nanos
                                                / Math.max(1, scope.timers().nanoTime() - at));
                            }
                        })));
    }

    private void measure(LiveInstance live, Consumer<Instance.@Nullable Usage> then) {
        scope.measuring().execute(() -> {
            Instance.Usage usage = live.meter().usage();
            mailbox.tell(() -> then.accept(usage));
        });
    }

    static String label(SleepDepth depth) {
        return depth.name().toLowerCase(java.util.Locale.ROOT);
    }
}

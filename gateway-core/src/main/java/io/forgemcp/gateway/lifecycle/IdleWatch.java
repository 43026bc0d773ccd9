package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceLimits;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.Optional;

/**
 * When one instance may sleep after its service's policy, and a timer that says when to look. Idle time
 * counts from the end of the last lease. Owned by one mailbox.
 */
final class IdleWatch {
    private final SleepPolicy policy;
    private final KeptAwake kept;
    private final Controls controls;
    private final Timers timers;
    private final Mailbox mailbox;
    private final Runnable due;
    private Timers.Cancellable timer = () -> {};

    IdleWatch(SleepPolicy policy, KeptAwake kept, Controls controls, Timers timers, Mailbox mailbox, Runnable due) {
        this.policy = policy;
        this.kept = kept;
        this.controls = controls;
        this.timers = timers;
        this.mailbox = mailbox;
        this.due = due;
    }

    /** Has a look taken when the instance could fall asleep if nobody uses it until then. */
    void watch(long awakeSince, long lastUsed) {
        timer.cancel();
        timer = timers.schedule(untilIdle(awakeSince, lastUsed), () -> mailbox.tell(due));
    }

    /** Has another look taken after the time that an idle instance stays awake. */
    void watchAgain() {
        timer.cancel();
        timer = timers.schedule(idleTimeout(), () -> mailbox.tell(due));
    }

    void forget() {
        timer.cancel();
    }

    /** How long until it falls asleep on its own; zero if it is time. */
    Duration untilIdle(long awakeSince, long lastUsed) {
        Duration idle = longest(left(latest(awakeSince, lastUsed), idleTimeout()), kept.left());
        return longest(idle, untilSleepAllowed(awakeSince, lastUsed));
    }

    /**
     * What the policy has against a sleep right now, for people; empty if nothing.
     *
     * @param spare whether enough instances run without this one
     */
    Optional<String> objection(InstanceLimits limits, boolean spare, long awakeSince, long lastUsed) {
        if (!spare) {
            return Optional.of("its policy keeps at least " + limits.min() + " instance running. Force it");
        }
        Duration left = untilSleepAllowed(awakeSince, lastUsed);
        return left.isZero()
                ? Optional.empty()
                : Optional.of("min_sleep_time keeps it awake for another " + left.toMillis() + " ms. Wait or force it");
    }

    private Duration idleTimeout() {
        return policy.idleTimeout().dividedBy(controls.haste());
    }

    private Duration untilSleepAllowed(long awakeSince, long lastUsed) {
        return left(latest(awakeSince, lastUsed), policy.minSleepTime());
    }

    private Duration left(long since, Duration span) {
        Duration left = span.minusNanos(timers.nanoTime() - since);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static long latest(long awakeSince, long lastUsed) {
        return lastUsed == SlotState.NEVER || lastUsed - awakeSince < 0 ? awakeSince : lastUsed;
    }
}

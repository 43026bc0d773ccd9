package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Servers of which nothing is known yet and that are asked because somebody wants a list: each once however many ask, where
 * many are meant a few at a time, and after a failure not again for a while. Thread-safe.
 */
final class Newcomers {
    /** Starting servers is the dearest thing that a list can cause. */
    static final int AT_ONCE = 4;
    /** How long a list waits for a server, and how long one that is slow to start keeps others from starting. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration FIRST_REST = Duration.ofSeconds(30);
    private static final Duration LAST_REST = Duration.ofMinutes(10);

    private final Function<ServiceName, CompletionStage<?>> inTurn;
    private final Function<ServiceName, CompletionStage<?>> atOnce;
    private final Timers timers;
    /** This and the rest are guarded by this object's lock; nobody is asked while it is held. */
    private final Map<ServiceName, Attempt> attempts = new HashMap<>();

    private final Map<ServiceName, Duration> rests = new HashMap<>();
    private final Deque<Attempt> waiting = new ArrayDeque<>();
    private int starting;
    /** Somebody is calling up those that wait; servers that answer at once would otherwise begin one inside the other. */
    private boolean calling;

    /** One server that is to be asked, is being asked, or could not be and is left alone. */
    private static final class Attempt {
        private final ServiceName service;
        /** Done when the server has answered or failed, or when nobody is to wait for it any longer. */
        private final CompletableFuture<Void> waitedFor = new CompletableFuture<>();

        private Attempt(ServiceName service) {
            this.service = service;
        }

        private @Nullable CompletableFuture<Void> pending() {
            return waitedFor.isDone() ? null : waitedFor;
        }
    }

    /**
     * @param inTurn asks a server that is one of many
     * @param atOnce asks a server that somebody means
     */
    Newcomers(
            Function<ServiceName, CompletionStage<?>> inTurn,
            Function<ServiceName, CompletionStage<?>> atOnce,
            Timers timers) {
        this.inTurn = inTurn;
        this.atOnce = atOnce;
        this.timers = timers;
    }

    /**
     * Has the server asked, now.
     *
     * @return what a list waits for; null if it need not, because the server has failed before or is slow
     */
    @Nullable
    CompletableFuture<Void> learn(ServiceName service) {
        Attempt attempt;
        boolean begins;
        synchronized (this) {
            Attempt known = attempts.get(service);
            if (known != null && !waiting.remove(known)) {
                return known.pending();
            }
            attempt = known == null ? attempt(service) : known;
            begins = !attempt.waitedFor.isDone();
        }
        ask(attempt, atOnce);
        return begins ? attempt.waitedFor : null;
    }

    /** The same, when its turn comes. */
    @Nullable
    CompletableFuture<Void> learnInTurn(ServiceName service) {
        Attempt attempt;
        boolean begins;
        synchronized (this) {
            Attempt known = attempts.get(service);
            if (known != null) {
                return known.pending();
            }
            attempt = attempt(service);
            begins = !attempt.waitedFor.isDone();
            waiting.add(attempt);
        }
        next();
        return begins ? attempt.waitedFor : null;
    }

    /** It is not there any more; if it comes back, with another command perhaps, it is asked at once. */
    void forget(ServiceName service) {
        Attempt attempt;
        synchronized (this) {
            attempt = attempts.remove(service);
            rests.remove(service);
            if (attempt != null) {
                waiting.remove(attempt);
            }
        }
        if (attempt != null) {
            attempt.waitedFor.complete(null);
        }
    }

    private Attempt attempt(ServiceName service) {
        Attempt attempt = new Attempt(service);
        attempts.put(service, attempt);
        if (rests.containsKey(service)) {
            // It has failed before, and lists say so: it is no reason to wait again.
            attempt.waitedFor.complete(null);
        } else {
            timers.schedule(PATIENCE, () -> attempt.waitedFor.complete(null));
        }
        return attempt;
    }

    private void next() {
        synchronized (this) {
            if (calling) {
                return;
            }
            calling = true;
        }
        for (Attempt attempt = poll(); attempt != null; attempt = poll()) {
            CompletableFuture<Void> place = new CompletableFuture<>();
            place.thenRun(this::leave);
            Timers.Cancellable slow = timers.schedule(PATIENCE, () -> place.complete(null));
            ask(attempt, inTurn).whenComplete((learnt, failure) -> {
                slow.cancel();
                place.complete(null);
            });
        }
    }

    private synchronized @Nullable Attempt poll() {
        Attempt attempt = starting < AT_ONCE ? waiting.poll() : null;
        if (attempt == null) {
            calling = false;
        } else {
            starting++;
        }
        return attempt;
    }

    private void leave() {
        synchronized (this) {
            starting--;
        }
        next();
    }

    private CompletionStage<?> ask(Attempt attempt, Function<ServiceName, CompletionStage<?>> way) {
        CompletionStage<?> asked;
        try {
            asked = way.apply(attempt.service);
        } catch (RuntimeException defect) {
            asked = CompletableFuture.failedStage(defect);
        }
        return asked.whenComplete((learnt, failure) -> answered(attempt, failure == null));
    }

    private void answered(Attempt attempt, boolean well) {
        ServiceName service = attempt.service;
        synchronized (this) {
            if (well) {
                attempts.remove(service, attempt);
                rests.remove(service);
            } else if (attempts.get(service) == attempt) {
                Duration rest = rests.getOrDefault(service, FIRST_REST);
                Duration longer = rest.multipliedBy(2);
                rests.put(service, longer.compareTo(LAST_REST) > 0 ? LAST_REST : longer);
                timers.schedule(rest, () -> rested(attempt));
            }
        }
        attempt.waitedFor.complete(null);
    }

    private synchronized void rested(Attempt attempt) {
        attempts.remove(attempt.service, attempt);
    }
}

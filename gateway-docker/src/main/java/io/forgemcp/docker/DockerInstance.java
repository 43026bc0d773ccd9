package io.forgemcp.docker;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceLog;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container that serves. Commands and what the engine tells of it take turns under a lock, on workers; the caller
 * never waits. Thread-safe.
 */
final class DockerInstance implements Instance {
    private static final Logger LOG = LoggerFactory.getLogger(DockerInstance.class);

    private static final Duration UNASKED_GRACE = Duration.ofSeconds(2);
    /** What somebody else reads of its streams may still be on its way. */
    private static final long LAST_WORDS_MILLIS = 300;

    private static final int KEPT_LINES = 500;

    /** Whether it sleeps, as far as the gateway knows. */
    private enum Belief {
        AWAKE,
        PAUSED
    }

    private final InstanceId id;
    private final EngineContainer container;
    private final Limits limits;
    private final Squeeze squeeze;
    private final ServiceLog log;
    private final Surroundings surroundings;
    private final ServiceRuntime.ExitListener exits;
    private final ReentrantLock turn = new ReentrantLock();
    private final SignalsByHand signals;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicReference<@Nullable CompletableFuture<Void>> stopping = new AtomicReference<>();
    private final CompletableFuture<Void> died = new CompletableFuture<>();
    private volatile @Nullable Attachment attachment;
    private volatile @Nullable InstanceAddress address;
    private volatile @Nullable ContainerCgroup cgroup;
    private volatile Belief belief = Belief.AWAKE;
    private volatile boolean outOfMemory;
    private volatile String end = "its container ended";

    DockerInstance(
            InstanceId id,
            EngineContainer container,
            Limits limits,
            @Nullable Long memoryAndSwap,
            ServiceLog log,
            Surroundings surroundings,
            ServiceRuntime.ExitListener exits) {
        this.id = id;
        this.container = container;
        this.limits = limits;
        this.squeeze =
                new Squeeze(container, Objects.requireNonNull(limits.memoryBytes()), memoryAndSwap, () -> this.cgroup);
        this.log = log;
        this.surroundings = surroundings;
        this.exits = exits;
        this.signals = new SignalsByHand(surroundings);
    }

    // ---- what the runtime sets before anybody else sees it

    void attached(Attachment streams) {
        attachment = streams;
    }

    void at(InstanceAddress where) {
        address = where;
    }

    /** Whether it is known where it is spoken to; one that ended at once never is. */
    boolean placed() {
        return address != null;
    }

    void measuredBy(@Nullable ContainerCgroup figures) {
        cgroup = figures;
    }

    /** Something that may wait for the engine. */
    interface Errand {
        void run() throws IOException;
    }

    /** What the engine tells meanwhile is looked at afterwards. */
    void holdingItsTurn(Errand errand) throws IOException {
        turn.lock();
        try {
            errand.run();
        } finally {
            turn.unlock();
        }
    }

    /** It was found asleep. */
    void foundPaused() {
        belief = Belief.PAUSED;
    }

    EngineContainer container() {
        return container;
    }

    Squeeze squeeze() {
        return squeeze;
    }

    ServiceLog log() {
        return log;
    }

    /** Completes when it has ended, asked to or not. */
    CompletionStage<Void> died() {
        return died;
    }

    /** How it ended, for people, once it {@link #died}. */
    String end() {
        return end;
    }

    // ---- what the lifecycle asks

    @Override
    public InstanceId id() {
        return id;
    }

    @Override
    public InstanceAddress address() {
        InstanceAddress known = address;
        if (known == null) {
            throw new IllegalStateException(id + " has not been started");
        }
        return known;
    }

    @Override
    public Set<SleepDepth> depths() {
        Map<SleepDepth, String> withheld = surroundings.withheldDepths();
        Set<SleepDepth> depths = EnumSet.of(SleepDepth.FREEZE);
        if (squeeze.promising() && cgroup != null) {
            depths.add(SleepDepth.SHALLOW);
            depths.add(SleepDepth.DEEP);
        }
        depths.removeAll(withheld.keySet());
        return depths;
    }

    @Override
    public CompletionStage<Void> sleep(SleepDepth depth) {
        return inTurn(() -> {
            if (belief != Belief.PAUSED) {
                belief = Belief.PAUSED;
                try {
                    container.pause();
                } catch (RuntimeException failure) {
                    belief = Belief.AWAKE;
                    pauseChanged();
                    throw failure;
                }
            }
            if (depth != SleepDepth.FREEZE) {
                squeezeTo(depth);
            }
        });
    }

    private void squeezeTo(SleepDepth depth) {
        Usage usage = usage();
        SwapSpace swap = surroundings.swap();
        // Without room the kernel refuses on cgroup v1 and kills the container on v2.
        if (usage == null || swap.freeBytes() <= usage.memoryBytes()) {
            LOG.info(
                    "event=squeeze_left_out container={} free_swap_bytes={} reason=\"not enough room in swap\"",
                    container,
                    swap.freeBytes());
            return;
        }
        squeeze.to(depth, usage);
    }

    @Override
    public CompletionStage<Void> wake() {
        return inTurn(() -> {
            squeeze.restore();
            if (belief == Belief.PAUSED) {
                belief = Belief.AWAKE;
                try {
                    container.unpause();
                } catch (RuntimeException failure) {
                    belief = Belief.PAUSED;
                    lookAfter(failure);
                    throw failure;
                }
            }
        });
    }

    /** Why it could not be woken: it has ended, or its state is another than was believed. */
    private void lookAfter(RuntimeException failure) {
        try {
            EngineContainer.Observed now = container.inspect();
            if (now == null || !now.running()) {
                ended("its container ended");
                return;
            }
        } catch (RuntimeException engineAway) {
            failure.addSuppressed(engineAway);
        }
        pauseChanged();
    }

    @Override
    public Optional<Boolean> frozen() {
        return Optional.of(believedPaused());
    }

    @Override
    public CompletionStage<Void> stop(Duration grace) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> first = stopping.compareAndExchange(null, mine);
        if (first != null) {
            return first;
        }
        over.set(true);
        surroundings.workers().execute(() -> {
            turn.lock();
            try {
                end(grace);
                mine.complete(null);
            } catch (RuntimeException failure) {
                // Once the engine is back it is removed.
                surroundings.discard(container);
                mine.completeExceptionally(failed("could not be stopped", failure));
            } finally {
                turn.unlock();
                finished();
            }
        });
        return mine;
    }

    /** A sleeping container cannot hear that it is to end, so it is woken for that. */
    private void end(Duration grace) {
        if (belief == Belief.PAUSED && !grace.isZero()) {
            try {
                squeeze.restore();
                container.unpause();
            } catch (RuntimeException failure) {
                LOG.debug("event=not_woken_to_stop container={}", container, failure);
                grace = Duration.ZERO;
            }
        }
        if (!grace.isZero()) {
            container.stop(grace);
        }
        container.remove();
    }

    @Override
    public @Nullable Usage usage() {
        ContainerCgroup figures = cgroup;
        return figures == null
                ? surroundings.asked(container, belief == Belief.PAUSED)
                : figures.usage(surroundings.swap());
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public List<String> logs(int lines) {
        return log.last(lines);
    }

    @Override
    public String externalId() {
        return container.toString();
    }

    // ---- what the engine tells

    /** The kernel has killed something in it for lack of memory. */
    void ranOutOfMemory() {
        outOfMemory = true;
    }

    /** Somebody had the engine send it a signal, as stopping, killing and removing by hand do; it may end of that. */
    void signalled(@Nullable Map<String, String> attributes) {
        signals.sent(attributes);
    }

    /** If its start has failed, what it wrote until then is told, because nobody will have it to ask. */
    void startEnded(@Nullable Instance started, @Nullable Throwable failure) {
        if (failure != null) {
            exits.wrote(id, log.last(KEPT_LINES));
        }
    }

    /**
     * Somebody paused or unpaused it, perhaps this gateway: what counts is how it is now. Looked at too after a command
     * that failed, because what the engine told during the command was no news then.
     */
    void pauseChanged() {
        if (over.get()) {
            return;
        }
        surroundings.workers().execute(() -> {
            turn.lock();
            try {
                EngineContainer.Observed now = container.inspect();
                if (now == null || !now.running()) {
                    return;
                }
                Belief seen = now.paused() ? Belief.PAUSED : Belief.AWAKE;
                if (seen != belief && !over.get()) {
                    LOG.info("event=container_changed_by_hand container={} service={} now={}", container, id, seen);
                    belief = seen;
                    exits.observed(id, seen == Belief.PAUSED ? SleepDepth.FREEZE : null);
                }
            } catch (RuntimeException engineAway) {
                LOG.debug("event=pause_unknown container={}", container, engineAway);
            } finally {
                turn.unlock();
            }
        });
    }

    /** A process would see the end of its input and leave; a container has to be told, if nobody ends it anyway. */
    void inputClosed() {
        surroundings.later(UNASKED_GRACE, () -> ended("its input was closed"));
    }

    /** Whether the engine's word that it is paused, or is not, would be news. */
    boolean believedPaused() {
        return belief == Belief.PAUSED;
    }

    /** It has ended, or its streams have: finds out which, says so once, and clears it away. */
    void ended(String hint) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        exits.ending(id);
        surroundings.workers().execute(() -> {
            String reason = hint;
            boolean byHand = false;
            turn.lock();
            try {
                EngineContainer.Observed now = container.inspect();
                reason = lastWords(now, hint);
                // This gateway has not asked for it, and what the kernel does is no command to the engine.
                byHand =
                        !outOfMemory && (now == null || (!now.running() && !now.outOfMemory())) && signals.explain(now);
                if (now != null && now.running() && !now.paused()) {
                    container.stop(UNASKED_GRACE);
                }
                container.remove();
            } catch (RuntimeException engineAway) {
                surroundings.discard(container);
            } finally {
                turn.unlock();
            }
            end = reason;
            finished();
            if (byHand) {
                exits.endedByHand(id, "its container was stopped or killed by hand (" + reason + ")");
            } else {
                exits.exited(id, reason);
            }
        });
    }

    private String lastWords(EngineContainer.@Nullable Observed now, String hint) {
        Attachment streams = attachment;
        if (streams != null) {
            streams.drainUnread();
            log.drained()
                    .toCompletableFuture()
                    .copy()
                    .completeOnTimeout(null, LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)
                    .join();
        }
        String how = now == null
                ? "its container was removed by hand"
                : now.running()
                        ? hint
                        : outOfMemory || now.outOfMemory()
                                ? "killed because it needed more memory than its limit of " + (now.memoryLimit() >> 20)
                                        + " MB; raise resources.memory"
                                : now.exitCode() > 128 && now.exitCode() <= 128 + 64
                                        ? "killed by signal " + (now.exitCode() - 128)
                                        : "exit status " + now.exitCode();
        String line = log.lastLine();
        return how + (line == null ? "" : ", last line: " + line);
    }

    private void finished() {
        surroundings.forget(this);
        Attachment streams = attachment;
        if (streams != null) {
            streams.close();
        }
        died.complete(null);
    }

    private CompletionStage<Void> inTurn(Runnable command) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        surroundings.workers().execute(() -> {
            turn.lock();
            try {
                if (over.get()) {
                    throw new IllegalStateException("its container has ended");
                }
                command.run();
                done.complete(null);
            } catch (RuntimeException failure) {
                done.completeExceptionally(failed("could not be asked", failure));
            } finally {
                turn.unlock();
            }
        });
        return done;
    }

    private GatewayException failed(String what, RuntimeException failure) {
        ErrorCode code = failure instanceof GatewayException known ? known.code() : ErrorCode.SERVICE_UNAVAILABLE;
        return new GatewayException(
                code,
                "Container " + container + " of " + id + " " + what + ": " + EngineFailure.reason(failure)
                        + ". A call starts it anew.",
                failure);
    }
}

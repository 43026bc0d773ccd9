package io.forgemcp.gateway.lifecycle.process;

import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A child process with everything that came of it. Thread-safe. */
final class ProcessInstance implements Instance {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessInstance.class);
    /** A server that notices the end of its input needs no signal; most do, at once. */
    private static final Duration POLITE = Duration.ofSeconds(2);

    private final InstanceId id;
    private final Process process;
    private final ProcessGroup group;
    private final Child child;
    private final Warden warden;
    private final ProcessTable table;
    private final Timers timers;
    private final Executor workers;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    ProcessInstance(Child child, Process process, Warden warden, ProcessTable table, Timers timers, Executor workers) {
        this.child = child;
        this.id = child.id();
        this.process = process;
        this.group = child.group();
        this.warden = warden;
        this.table = table;
        this.timers = timers;
        this.workers = workers;
    }

    @Override
    public InstanceId id() {
        return id;
    }

    @Override
    public InstanceAddress address() {
        return child.address();
    }

    /** Freezing the child but not its own children would leave them spinning, so it takes a group. */
    @Override
    public Set<SleepDepth> depths() {
        return group.own() ? Set.of(SleepDepth.FREEZE) : Set.of();
    }

    @Override
    public CompletionStage<Void> sleep(SleepDepth depth) {
        return warden.signal(Signal.STOP, group).thenAccept(this::requirePresent);
    }

    @Override
    public CompletionStage<Void> wake() {
        return warden.signal(Signal.CONT, group).thenAccept(this::requirePresent);
    }

    @Override
    public CompletionStage<Void> stop(Duration grace) {
        if (stopping.compareAndSet(false, true) && process.isAlive()) {
            Duration polite = grace.dividedBy(2).compareTo(POLITE) < 0 ? grace.dividedBy(2) : POLITE;
            signal(Signal.CONT);
            workers.execute(this::closeInput);
            Timers.Cancellable ask = timers.schedule(polite, () -> signal(Signal.TERM));
            Timers.Cancellable force = timers.schedule(grace, () -> {
                signal(Signal.KILL);
                process.destroyForcibly();
            });
            CompletionStage<Void> end = gone;
            end.whenComplete((done, failure) -> {
                ask.cancel();
                force.cancel();
            });
        }
        return gone;
    }

    @Override
    public @Nullable Usage usage() {
        return group.own() ? table.usage(group.pid()) : null;
    }

    @Override
    public List<String> logs(int lines) {
        return child.log().last(lines);
    }

    @Override
    public String externalId() {
        return Long.toString(group.pid());
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Whether its end has been asked for. */
    boolean stopping() {
        return stopping.get();
    }

    /** The child has ended: kills what it left behind. Completes when nothing of it is left. */
    CompletionStage<Void> buryLeftovers() {
        warden.signal(Signal.KILL, group)
                .thenCompose(signalled -> warden.sweep(group))
                .whenComplete((swept, failure) -> {
                    if (failure != null) {
                        LOG.warn("event=leftovers_unknown instance={} reason=\"{}\"", id, failure.toString());
                    }
                    warden.forget(group);
                    table.forget(group.pid());
                    gone.complete(null);
                });
        return gone;
    }

    /** For a shutdown that cannot wait. */
    void kill() {
        stopping.set(true);
        signal(Signal.KILL);
        process.destroyForcibly();
    }

    private void signal(Signal signal) {
        warden.signal(signal, group).whenComplete((present, failure) -> {
            if (failure != null && process.isAlive() && signal == Signal.TERM) {
                process.destroy();
            }
        });
    }

    /** May block behind a writer whose server does not read; its own thread is free to wait until the kill. */
    private void closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException alreadyBroken) {
            LOG.trace("event=stdin_closed instance={}", id, alreadyBroken);
        }
    }

    private void requirePresent(boolean present) {
        if (!present) {
            throw new IllegalStateException("process group " + group.pid() + " is gone");
        }
    }
}

package io.forgemcp.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Event;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.time.Timers;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine, whether it is there or not. Nothing is asked of it before a service wants a container; then it is found in
 * about a millisecond or known to be away. An engine that goes away after it was there is waited for, and what happened
 * meanwhile is made up for. Thread-safe.
 */
final class Engine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final Duration PING = Duration.ofSeconds(2);
    private static final Duration PING_COUNTS = Duration.ofSeconds(3);
    private static final Duration FIRST_RETRY = Duration.ofMillis(250);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

    /** Who is told what becomes of the engine and of containers. */
    interface Listener {
        /** It is there; called on a worker before anybody else gets the link. */
        void connected(EngineLink link);

        /** Something happened to a container; on the thread of the stream, so not for work that blocks. */
        void happened(Event event);
    }

    private record Ping(CompletableFuture<Boolean> answer, long at) {}

    private final URI address;
    private final Map<String, String> labels;
    private final Timers timers;
    private final Executor workers;
    private final Listener listener;
    private final AtomicReference<@Nullable Ping> lastPing = new AtomicReference<>();
    private final AtomicReference<@Nullable CompletableFuture<EngineLink>> connecting = new AtomicReference<>();
    private volatile @Nullable EngineLink link;
    private volatile String absence = "it has not been asked yet";
    private volatile boolean found;
    private volatile boolean closed;

    /** @param labels of the containers whose events are told */
    Engine(URI address, Map<String, String> labels, Timers timers, Executor workers, Listener listener) {
        this.address = address;
        this.labels = labels;
        this.timers = timers;
        this.workers = workers;
        this.listener = listener;
    }

    URI address() {
        return address;
    }

    /** Null while it is away or nobody has needed it. */
    @Nullable
    EngineLink link() {
        return link;
    }

    /** Whether it ever answered, so that something of the gateway's may be there. */
    boolean wasThere() {
        return found;
    }

    /** Why it cannot be used, for people; without a full stop. */
    String absence() {
        return "no Docker engine answers at " + address + ": " + absence;
    }

    /** Whether it is there now. Waits for at most this long, normally a millisecond. */
    boolean answers(Duration patience) {
        if (link != null) {
            return true;
        }
        try {
            return ping().copy()
                    .completeOnTimeout(false, patience.toNanos(), TimeUnit.NANOSECONDS)
                    .join();
        } catch (RuntimeException failure) {
            return false;
        }
    }

    /** What its host can do; null if it does not say so within this time. */
    @Nullable
    HostFacts facts(Duration patience) {
        try {
            return answers(patience)
                    ? connect().thenApply(EngineLink::facts).get(patience.toNanos(), TimeUnit.NANOSECONDS)
                    : null;
        } catch (ExecutionException | TimeoutException away) {
            return null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private CompletableFuture<Boolean> ping() {
        Ping last = lastPing.get();
        long now = timers.nanoTime();
        if (last != null && now - last.at() < PING_COUNTS.toNanos()) {
            return last.answer();
        }
        Ping mine = new Ping(new CompletableFuture<>(), now);
        if (lastPing.compareAndSet(last, mine)) {
            workers.execute(() -> {
                try {
                    pingNow();
                    found = true;
                    mine.answer().complete(true);
                } catch (IOException | RuntimeException failure) {
                    absence = EngineFailure.reason(failure);
                    mine.answer().complete(false);
                }
            });
            return mine.answer();
        }
        return ping();
    }

    /** The socket has no timeout of its own; closing it ends whatever hangs. */
    private void pingNow() throws IOException {
        try (EngineSocket socket = EngineSocket.open(address)) {
            Timers.Cancellable limit = timers.schedule(PING, () -> close(socket));
            try {
                String status = socket.connect(address).request("GET /_ping", "Connection: close\r\n");
                if (!status.contains(" 200")) {
                    throw new IOException("it answered " + status);
                }
            } finally {
                limit.cancel();
            }
        }
    }

    private static void close(EngineSocket socket) {
        try {
            socket.close();
        } catch (IOException closedAlready) {
            LOG.trace("event=ping_closed", closedAlready);
        }
    }

    /** The link, made now if there is none. Fails with {@code SERVICE_UNAVAILABLE} and the reason within seconds. */
    CompletableFuture<EngineLink> connect() {
        EngineLink present = link;
        if (present != null) {
            return CompletableFuture.completedFuture(present);
        }
        CompletableFuture<EngineLink> mine = new CompletableFuture<>();
        CompletableFuture<EngineLink> first = connecting.compareAndExchange(null, mine);
        if (first != null) {
            return first;
        }
        workers.execute(() -> {
            try {
                EngineLink made = establish();
                connecting.set(null);
                mine.complete(made);
            } catch (IOException | RuntimeException failure) {
                absence = EngineFailure.reason(failure);
                connecting.set(null);
                mine.completeExceptionally(unavailable(failure));
            }
        });
        return mine;
    }

    private EngineLink establish() throws IOException {
        EngineLink present = link;
        if (present != null) {
            return present;
        }
        if (closed) {
            throw new GatewayException(ErrorCode.SHUTTING_DOWN, "The gateway is shutting down.");
        }
        pingNow();
        // Clocks of engine and gateway may differ a little; hearing of something twice does no harm.
        long since = timers.now().getEpochSecond() - 1;
        EngineLink made = EngineLink.to(address);
        try {
            made.follow(labels, since, listener::happened, why -> lost(made, why));
            listener.connected(made);
        } catch (RuntimeException failure) {
            made.close();
            throw failure;
        }
        link = made;
        found = true;
        LOG.info(
                "event=docker_engine_found address={} version={} cgroup=v{} live_restore={}",
                address,
                made.facts().engineVersion(),
                made.facts().cgroupVersion(),
                made.facts().liveRestore());
        if (closed) {
            made.close();
        }
        return made;
    }

    /** Runs a command; blocks. A failure that is not the engine's answer is a sign that it has gone. */
    <T> T call(Function<DockerClient, T> command) {
        EngineLink present = link;
        if (present == null) {
            throw unavailable(null);
        }
        try {
            return command.apply(present.commands());
        } catch (RuntimeException failure) {
            if (!EngineFailure.answered(failure) && !(failure instanceof GatewayException)) {
                lost(present, EngineFailure.reason(failure));
                throw unavailable(failure);
            }
            throw failure;
        }
    }

    private GatewayException unavailable(@Nullable Throwable cause) {
        return new GatewayException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "No Docker engine answers at " + address + ": " + absence
                        + ". Start it, or set DOCKER_HOST; the gateway tries again by itself.",
                cause);
    }

    private void lost(EngineLink which, String why) {
        synchronized (this) {
            if (link != which) {
                return;
            }
            link = null;
        }
        absence = why;
        lastPing.set(null);
        which.close();
        if (!closed) {
            LOG.warn("event=docker_engine_lost address={} reason=\"{}\"", address, why);
            retry(FIRST_RETRY);
        }
    }

    private void retry(Duration pause) {
        timers.schedule(pause, () -> {
            if (!closed && link == null) {
                connect().exceptionally(failure -> {
                    Duration next = pause.multipliedBy(2);
                    retry(next.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : next);
                    return null;
                });
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        EngineLink present = link;
        if (present != null) {
            present.close();
        }
        link = null;
    }
}

package io.forgemcp.server.manager;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the lines of one service to one client as they come. Runtimes keep the last lines without numbering them, so this
 * looks twice a second and sends what follows after the longest end of the last look that the new one begins with. More
 * than a thousand lines between two looks lose the earliest of them. Looks never overlap.
 */
final class LogFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final int WINDOW = 1_000;

    private final ServiceManager services;
    private final ServiceName name;
    private final EventStream stream;
    private final Timers timers;
    private final Executor workers;
    /** Touched by one look at a time. */
    private List<String> seen = List.of();

    private volatile boolean closed;

    LogFollower(ServiceManager services, ServiceName name, EventStream stream, Timers timers, Executor workers) {
        this.services = services;
        this.name = name;
        this.stream = stream;
        this.timers = timers;
        this.workers = workers;
    }

    /** @param tail how many of the lines that are there already are sent first */
    void begin(int tail) {
        workers.execute(() -> {
            seen = services.logs(name, WINDOW);
            send(services.logs(name, tail));
            later();
        });
    }

    private void later() {
        if (!closed) {
            timers.schedule(PERIOD, () -> workers.execute(this::look));
        }
    }

    private void look() {
        if (closed) {
            return;
        }
        if (services.definition(name).isEmpty()) {
            stream.close();
            return;
        }
        try {
            List<String> now = services.logs(name, WINDOW);
            send(added(seen, now));
            seen = now;
        } catch (RuntimeException failure) {
            LOG.debug("event=log_not_read service={}", name, failure);
        }
        later();
    }

    private void send(List<String> lines) {
        lines.forEach(line -> stream.event("log", line.getBytes(StandardCharsets.UTF_8)));
    }

    /** What of the new lines was not in the old ones. */
    static List<String> added(List<String> old, List<String> now) {
        int common = Math.min(old.size(), now.size());
        for (int length = common; length > 0; length--) {
            if (old.subList(old.size() - length, old.size()).equals(now.subList(0, length))) {
                return now.subList(length, now.size());
            }
        }
        return now;
    }

    @Override
    public void close() {
        closed = true;
    }
}

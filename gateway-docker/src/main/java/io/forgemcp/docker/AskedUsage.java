package io.forgemcp.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.CpuStatsConfig;
import com.github.dockerjava.api.model.MemoryStatsConfig;
import com.github.dockerjava.api.model.Statistics;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.time.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine says that containers use, for engines whose host's files cannot be read. An answer takes it one to two
 * seconds, so the last one is given and the next is asked for meanwhile; a paused container, which uses nothing new, is
 * not asked about. Thread-safe.
 */
final class AskedUsage {
    private static final Logger LOG = LoggerFactory.getLogger(AskedUsage.class);
    private static final Duration COUNTS = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private record Known(Instance.@Nullable Usage usage, long at) {}

    private final Engine engine;
    private final Timers timers;
    private final Executor workers;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    AskedUsage(Engine engine, Timers timers, Executor workers) {
        this.engine = engine;
        this.timers = timers;
        this.workers = workers;
    }

    Instance.@Nullable Usage of(EngineContainer container, boolean paused) {
        long now = timers.nanoTime();
        Known last = known.get(container.id());
        if (!paused && (last == null || now - last.at() > COUNTS.toNanos())) {
            known.put(container.id(), new Known(last == null ? null : last.usage(), now));
            workers.execute(() -> ask(container));
        }
        return last == null ? null : last.usage();
    }

    void forget(EngineContainer container) {
        known.remove(container.id());
    }

    private void ask(EngineContainer container) {
        EngineLink link = engine.link();
        if (link == null) {
            return;
        }
        try (ResultCallback.Adapter<Statistics> answer = new ResultCallback.Adapter<>() {
            @Override
            public void onNext(Statistics statistics) {
                Instance.Usage usage = usage(statistics);
                if (usage != null) {
                    known.computeIfPresent(container.id(), (id, last) -> new Known(usage, last.at()));
                }
            }

            /** That a container has gone meanwhile is nothing to log as an error, which the one above does. */
            @Override
            public void onError(Throwable failure) {
                LOG.debug("event=usage_unknown container={}", container, failure);
                onComplete();
            }
        }) {
            link.streams().statsCmd(container.id()).withNoStream(true).exec(answer);
            answer.awaitCompletion(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException failure) {
            LOG.debug("event=usage_unknown container={}", container, failure);
        }
    }

    private static Instance.@Nullable Usage usage(Statistics statistics) {
        MemoryStatsConfig memory = statistics.getMemoryStats();
        CpuStatsConfig cpu = statistics.getCpuStats();
        if (memory == null || memory.getUsage() == null || cpu == null || cpu.getCpuUsage() == null) {
            return null;
        }
        Long total = cpu.getCpuUsage().getTotalUsage();
        return total == null ? null : new Instance.Usage(memory.getUsage(), total);
    }
}

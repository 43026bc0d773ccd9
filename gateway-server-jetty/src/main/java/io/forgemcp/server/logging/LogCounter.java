package io.forgemcp.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** Counts log lines by level. Thread-safe. */
public final class LogCounter implements AutoCloseable {
    private final Runnable remove;

    private LogCounter(Runnable remove) {
        this.remove = remove;
    }

    /** Counts from now on until closed; counts nothing where logging is not Logback's. */
    public static LogCounter install(GatewayMetrics metrics) {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (!(factory instanceof LoggerContext context)) {
            return new LogCounter(() -> {});
        }
        Counting counting = new Counting(metrics);
        counting.setContext(context);
        counting.setName("counter");
        counting.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(counting);
        return new LogCounter(() -> root.detachAppender(counting));
    }

    @Override
    public void close() {
        remove.run();
    }

    private static final class Counting extends UnsynchronizedAppenderBase<ILoggingEvent> {
        private final Map<Integer, GatewayMetrics.Counter> byLevel;
        private final GatewayMetrics.Counter errors;

        private Counting(GatewayMetrics metrics) {
            byLevel = List.of(Level.TRACE, Level.DEBUG, Level.INFO, Level.WARN, Level.ERROR).stream()
                    .collect(Collectors.toUnmodifiableMap(
                            Level::toInt,
                            level -> metrics.counter(
                                    Metric.LOG_ENTRIES, level.toString().toLowerCase(Locale.ROOT))));
            errors = metrics.counter(Metric.LOG_ERRORS);
        }

        @Override
        protected void append(ILoggingEvent event) {
            GatewayMetrics.Counter counter = byLevel.get(event.getLevel().toInt());
            if (counter != null) {
                counter.increment();
            }
            if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
                errors.increment();
            }
        }
    }
}

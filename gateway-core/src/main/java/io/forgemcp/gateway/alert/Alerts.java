package io.forgemcp.gateway.alert;

import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The alerts of one gateway: evaluates the rules, tells what fires and what is over by an event, a log line and a metric, and
 * takes acknowledgements and silences. What is open, over and silenced outlives a restart. Thread-safe; nothing blocks but
 * {@link #restore}.
 */
public final class Alerts {
    /** The longest silence: one that nobody ends must end by itself. */
    public static final Duration LONGEST_SILENCE = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);

    private final AlertSettings settings;
    private final MeasuredMetrics metrics;
    private final Timers timers;
    private final EventBus events;
    private final StoredAlerts stored;
    private final Executor worker;
    private final AlertBook book = new AlertBook();

    /**
     * @param metrics made with the rules of the settings
     * @param worker writes to the store; may block
     */
    public Alerts(
            AlertSettings settings,
            MeasuredMetrics metrics,
            Timers timers,
            EventBus events,
            GatewayStore store,
            Executor worker) {
        this.settings = settings;
        this.metrics = metrics;
        this.timers = timers;
        this.events = events;
        this.stored = new StoredAlerts(store);
        this.worker = worker;
        for (Severity severity : Severity.values()) {
            metrics.gauge(
                    Metric.ALERTS_FIRING,
                    () -> firing(severity),
                    severity.name().toLowerCase(Locale.ROOT));
        }
    }

    private double firing(Severity severity) {
        return open().stream()
                .filter(alert ->
                        alert.severity() == severity && alert.state() == Alert.State.FIRING && alert.silence() == null)
                .count();
    }

    /** Recalls what an earlier gateway with the same store knew. Blocks; once, before the first evaluation. */
    public void restore() {
        stored.load().ifPresent(earlier -> book.recall(earlier, settings.rules(), timers.nanoTime()));
    }

    /** Looks at every rule once. One caller at a time. */
    public void evaluate() {
        long nanos = timers.nanoTime();
        Instant now = timers.now();
        metrics.look(nanos);
        book.forget(now, settings.retention());
        List<AlertBook.Change> changes = new ArrayList<>();
        for (AlertRule rule : settings.rules()) {
            changes.addAll(book.observe(rule, rule.condition().holds(rule.labels(), metrics), now, nanos));
        }
        changes.forEach(change -> tell(change.alert(), change.what()));
        if (!changes.isEmpty()) {
            save();
        }
    }

    private void tell(Alert alert, AlertChanged.Change change) {
        String format = "event={} id={} rule={} service={} severity={} value={} message=\"{}\"";
        Object[] values = {
            "alert_" + change.name().toLowerCase(Locale.ROOT),
            alert.id(),
            alert.rule(),
            alert.service() == null ? "-" : alert.service(),
            alert.severity().name().toLowerCase(Locale.ROOT),
            alert.value(),
            alert.message()
        };
        if (change == AlertChanged.Change.FIRING && alert.severity() != Severity.INFO) {
            LOG.warn(format, values);
        } else {
            LOG.info(format, values);
        }
        events.publish(AlertChanged.of(alert, change, timers.now()));
    }

    private void save() {
        AlertBook.Snapshot snapshot = book.snapshot(timers.now());
        try {
            worker.execute(() -> stored.save(snapshot));
        } catch (RejectedExecutionException closing) {
            LOG.debug("event=alerts_not_stored reason=closing");
        }
    }

    public AlertSettings settings() {
        return settings;
    }

    /** Alerts that are pending or fire. */
    public List<Alert> open() {
        return book.open(timers.now());
    }

    /** Alerts that are over, newest first: the last 500 of them, for as long as the settings say. */
    public List<Alert> history() {
        return book.over();
    }

    /** What keeps alerts quiet now. */
    public List<Silence> silences() {
        return book.silences(timers.now());
    }

    /**
     * Somebody takes care of this alert; said again it replaces what was said before.
     *
     * @throws io.forgemcp.gateway.error.GatewayException {@code UNKNOWN_ALERT}; {@code ALERT_NOT_OPEN} if it does not fire
     */
    public Alert acknowledge(String id, String by, String comment) {
        Alert alert = book.acknowledge(id, new Alert.Acknowledgement(timers.now(), by, comment));
        tell(alert, AlertChanged.Change.ACKNOWLEDGED);
        save();
        return alert;
    }

    /**
     * Keeps this alert quiet, and others of the same rule about the same service.
     *
     * @throws io.forgemcp.gateway.error.GatewayException {@code UNKNOWN_ALERT}; {@code ALERT_NOT_OPEN} if it is over
     */
    public Silence silence(String id, Duration duration, String by, String comment) {
        Silence silence = book.silence(id, timers.now(), checked(duration), by, comment);
        save();
        return silence;
    }

    /**
     * Keeps alerts quiet, also those that do not exist yet.
     *
     * @param rule the name of a rule; null for all
     * @param service the name of a service; null for everything
     */
    public Silence silence(
            @Nullable String rule, @Nullable String service, Duration duration, String by, String comment) {
        Silence silence = book.silence(rule, service, timers.now(), checked(duration), by, comment);
        save();
        return silence;
    }

    private static Duration checked(Duration duration) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST_SILENCE) > 0) {
            throw new IllegalArgumentException("A silence lasts up to 30 days, not " + duration + ".");
        }
        return duration;
    }

    /**
     * Ends a silence. What fires under it is told of with the next evaluation.
     *
     * @throws io.forgemcp.gateway.error.GatewayException {@code UNKNOWN_ALERT}
     */
    public Silence unsilence(String id) {
        Silence silence = book.unsilence(id);
        save();
        return silence;
    }
}

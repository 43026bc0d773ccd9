package io.forgemcp.gateway.alert;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Which alerts are open, which are over, and what keeps some of them quiet. Thread-safe; nothing in it blocks. */
final class AlertBook {
    private static final int MOST_OVER = 500;
    private static final int MOST_SILENCES = 200;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Episode> open = new LinkedHashMap<>();
    private final Deque<Alert> over = new ArrayDeque<>();
    private final Map<String, Silence> silences = new LinkedHashMap<>();
    private long next = 1;

    private record Key(String group, String rule, Map<String, String> labels) {}

    /** Everything at one moment. @param over newest first */
    record Snapshot(List<Alert> open, List<Alert> over, List<Silence> silences, long next) {}

    /** Something to tell. */
    record Change(Alert alert, AlertChanged.Change what) {}

    /** @param holding for which labels the condition holds now, with the value */
    List<Change> observe(AlertRule rule, Map<List<String>, Double> holding, Instant now, long nanos) {
        List<Change> changes = new ArrayList<>();
        Set<Key> held = new HashSet<>();
        lock.lock();
        try {
            holding.forEach((values, value) -> {
                Key key = new Key(rule.group(), rule.name(), Episode.labels(rule, values));
                held.add(key);
                open.computeIfAbsent(
                                key, absent -> new Episode("alert-" + next++, rule, key.labels(), now, null, nanos))
                        .holds(value, now, nanos);
            });
            for (Key key : List.copyOf(open.keySet())) {
                Episode episode = open.get(key);
                if (episode != null && episode.rule == rule) {
                    change(key, episode, !held.contains(key) && episode.gone(nanos), now)
                            .ifPresent(changes::add);
                }
            }
        } finally {
            lock.unlock();
        }
        return changes;
    }

    private Optional<Change> change(Key key, Episode episode, boolean ended, Instant now) {
        if (ended) {
            open.remove(key);
            if (!episode.firing()) {
                return Optional.empty();
            }
            Alert alert = episode.alert(now);
            over.addFirst(alert);
            return episode.told ? Optional.of(new Change(alert, AlertChanged.Change.RESOLVED)) : Optional.empty();
        }
        Alert alert = episode.alert(null);
        if (!episode.firing() || episode.told || silencer(alert, now) != null) {
            return Optional.empty();
        }
        // Also when a silence ends before the alert does.
        episode.told = true;
        return Optional.of(new Change(alert, AlertChanged.Change.FIRING));
    }

    /** Forgets what has been over for too long, and silences that have ended. */
    void forget(Instant now, Duration retention) {
        lock.lock();
        try {
            over.removeIf(alert -> alert.resolvedAt() != null
                    && alert.resolvedAt().plus(retention).isBefore(now));
            while (over.size() > MOST_OVER) {
                over.removeLast();
            }
            silences.values().removeIf(silence -> !silence.until().isAfter(now));
        } finally {
            lock.unlock();
        }
    }

    Alert acknowledge(String id, Alert.Acknowledgement acknowledgement) {
        lock.lock();
        try {
            Episode episode = require(id, "acknowledged");
            if (!episode.firing()) {
                throw new GatewayException(
                        ErrorCode.ALERT_NOT_OPEN,
                        "Alert " + id + " does not fire yet, so there is nothing to acknowledge. Wait until it does.");
            }
            episode.acknowledged = acknowledgement;
            return silenced(episode.alert(null), acknowledgement.at());
        } finally {
            lock.unlock();
        }
    }

    /** Keeps quiet what is like this alert: the same rule, the same service. */
    Silence silence(String id, Instant now, Duration duration, String by, String comment) {
        lock.lock();
        try {
            Alert alert = require(id, "silenced").alert(null);
            return silence(alert.rule(), alert.service(), now, duration, by, comment);
        } finally {
            lock.unlock();
        }
    }

    Silence silence(
            @Nullable String rule,
            @Nullable String service,
            Instant now,
            Duration duration,
            String by,
            String comment) {
        lock.lock();
        try {
            silences.values().removeIf(silence -> !silence.until().isAfter(now));
            if (silences.size() >= MOST_SILENCES) {
                throw new GatewayException(
                        ErrorCode.ALERT_NOT_OPEN,
                        "There are " + MOST_SILENCES + " silences already, and no more are kept. End one first.");
            }
            Silence silence = new Silence("silence-" + next++, rule, service, now, now.plus(duration), by, comment);
            silences.put(silence.id(), silence);
            return silence;
        } finally {
            lock.unlock();
        }
    }

    Silence unsilence(String id) {
        lock.lock();
        try {
            Silence silence = silences.remove(id);
            if (silence == null) {
                throw new GatewayException(
                        ErrorCode.UNKNOWN_ALERT, "There is no silence \"" + id + "\". GET /alerts lists them.");
            }
            return silence;
        } finally {
            lock.unlock();
        }
    }

    private Episode require(String id, String what) {
        for (Episode episode : open.values()) {
            if (episode.id.equals(id)) {
                return episode;
            }
        }
        if (over.stream().anyMatch(alert -> alert.id().equals(id))) {
            throw new GatewayException(
                    ErrorCode.ALERT_NOT_OPEN, "Alert " + id + " is over and cannot be " + what + " any more.");
        }
        throw new GatewayException(
                ErrorCode.UNKNOWN_ALERT, "There is no alert \"" + id + "\". GET /alerts lists them.");
    }

    private @Nullable String silencer(Alert alert, Instant now) {
        return silences.values().stream()
                .filter(silence -> silence.until().isAfter(now) && silence.covers(alert))
                .map(Silence::id)
                .findFirst()
                .orElse(null);
    }

    private Alert silenced(Alert alert, Instant now) {
        return alert.withSilence(silencer(alert, now));
    }

    List<Alert> open(Instant now) {
        lock.lock();
        try {
            return open.values().stream()
                    .map(episode -> silenced(episode.alert(null), now))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Newest first. */
    List<Alert> over() {
        lock.lock();
        try {
            return List.copyOf(over);
        } finally {
            lock.unlock();
        }
    }

    List<Silence> silences(Instant now) {
        lock.lock();
        try {
            return silences.values().stream()
                    .filter(silence -> silence.until().isAfter(now))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    Snapshot snapshot(Instant now) {
        lock.lock();
        try {
            return new Snapshot(open(now), over(), silences(now), next);
        } finally {
            lock.unlock();
        }
    }

    /** Goes on where an earlier gateway ended; open alerts whose rule is gone are over. */
    void recall(Snapshot earlier, List<AlertRule> rules, long nanos) {
        Map<List<String>, AlertRule> byName = new HashMap<>();
        rules.forEach(rule -> byName.put(List.of(rule.group(), rule.name()), rule));
        lock.lock();
        try {
            next = Math.max(next, earlier.next());
            over.addAll(earlier.over());
            earlier.silences().forEach(silence -> silences.put(silence.id(), silence));
            earlier.open().stream()
                    .filter(alert -> alert.state() == Alert.State.FIRING)
                    .forEach(alert -> recall(alert, byName.get(List.of(alert.group(), alert.rule())), nanos));
        } finally {
            lock.unlock();
        }
    }

    private void recall(Alert alert, @Nullable AlertRule rule, long nanos) {
        if (rule == null || !rule.labels().containsAll(alert.labels().keySet())) {
            return;
        }
        Episode episode = new Episode(alert.id(), rule, alert.labels(), alert.since(), alert.firedAt(), nanos);
        episode.acknowledged = alert.acknowledged();
        episode.value(alert.value());
        // Those who were told before the restart need not be told again.
        episode.told = alert.silence() == null;
        open.put(new Key(rule.group(), rule.name(), alert.labels()), episode);
    }
}

package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.Priority;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done when resources have run out: the listed actions, one at each look, sparing those who are to be spared.
 * Services that never sleep on their own are the last: what concerns others first concerns them only at the next look, if it
 * lasts until then. While it lasts the actions are taken again, one at a look, on whoever has become idle or fallen asleep
 * since, each once for each time that it did, and not before it has been so for {@link #REST}: a server that is called again
 * and again is not ended between two calls. It is over when everything is clearly below its threshold. Not thread-safe.
 */
final class Emergency {
    private static final Logger LOG = LoggerFactory.getLogger(Emergency.class);
    /** How far below its threshold a measurement must be for the emergency to be over. */
    private static final double MARGIN = 0.05;

    private static final int HASTE = 4;
    private static final double REDUCED = 0.75;
    /** How long somebody has been idle or asleep before the actions come to it again; the first time they come at once. */
    private static final Duration REST = Duration.ofSeconds(10);

    private final EmergencySettings settings;
    private final LifecycleScope scope;
    private final Residents residents;
    private boolean active;
    private int next;
    /** Whether the action at {@link #next} has been taken for those who sleep on their own, and others are left. */
    private boolean others;
    /** Whether all actions have been taken since it began. */
    private boolean again;
    /** Whom each action came to, and since when they had been as they were then. */
    private final Map<EmergencySettings.Action, Map<Slot, Long>> met = new EnumMap<>(EmergencySettings.Action.class);

    Emergency(EmergencySettings settings, LifecycleScope scope, Residents residents) {
        this.settings = settings;
        this.scope = scope;
        this.residents = residents;
    }

    void update(SystemLoad.Reading reading, @Nullable Double failureRate) {
        if (settings.actions().isEmpty()) {
            return;
        }
        double margin = active ? MARGIN : 0;
        String trigger = trigger(reading, failureRate, margin);
        if (trigger == null) {
            if (active) {
                end();
            }
        } else if (!active) {
            active = true;
            first(trigger);
        } else if (again) {
            repeat(trigger);
        } else {
            first(trigger);
        }
    }

    /** The next action of the list, whether it concerns anybody or not. */
    private void first(String trigger) {
        EmergencySettings.Action action = settings.actions().get(next);
        record(trigger, action, act(action));
        if (!others) {
            advance();
        }
    }

    /** The next action that concerns anybody, if there is one. What holds until it is over is not repeated. */
    private void repeat(String trigger) {
        for (int looked = 0; looked < settings.actions().size(); looked++) {
            EmergencySettings.Action action = settings.actions().get(next);
            List<String> concerned = lasts(action) ? List.of() : act(action);
            if (!concerned.isEmpty()) {
                record(trigger, action, concerned);
                if (!others) {
                    advance();
                }
                return;
            }
            advance();
        }
    }

    private void advance() {
        others = false;
        next = (next + 1) % settings.actions().size();
        again |= next == 0;
    }

    private void record(String trigger, EmergencySettings.Action action, List<String> concerned) {
        LOG.warn("event=emergency trigger=\"{}\" action={} services={}", trigger, action, concerned);
        scope.events().publish(new EmergencyStep(scope.timers().now(), trigger, action, concerned));
    }

    private static boolean lasts(EmergencySettings.Action action) {
        return action == EmergencySettings.Action.INCREASE_SLEEP_FREQUENCY
                || action == EmergencySettings.Action.REDUCE_SERVICE_LIMITS;
    }

    private @Nullable String trigger(SystemLoad.Reading reading, @Nullable Double failureRate, double margin) {
        String memory = exceeded("memory in use", reading.memory(), settings.memory(), margin);
        String cpu = exceeded("processors in use", reading.cpu(), settings.cpu(), margin);
        String disk = exceeded("disk in use", reading.disk(), settings.disk(), margin);
        String failures = exceeded("calls that failed", failureRate, settings.failureRate(), margin);
        return memory != null ? memory : cpu != null ? cpu : disk != null ? disk : failures;
    }

    private static @Nullable String exceeded(String what, @Nullable Double value, double threshold, double margin) {
        return value == null || value < threshold - margin
                ? null
                : String.format(Locale.ROOT, "%s %.0f%%, the threshold is %.0f%%", what, value * 100, threshold * 100);
    }

    private List<String> act(EmergencySettings.Action action) {
        Predicate<Residents.Resident> unspared = resident -> !settings.spared().contains(resident.name());
        String reason = "emergency";
        return switch (action) {
            case INCREASE_SLEEP_FREQUENCY -> {
                scope.controls().haste(HASTE);
                residents.reconsider();
                yield List.of();
            }
            case FORCE_SLEEP_ALL_SERVICES ->
                each(
                        inTurn(action, residents.idle(unspared)),
                        resident -> residents.sleep(resident, Force.YES, false, reason));
            case STOP_NON_CRITICAL_SERVICES -> {
                Predicate<Residents.Resident> wanted =
                        unspared.and(resident -> resident.priority() != Priority.CRITICAL);
                List<Residents.Resident> chosen = Stream.concat(
                                residents.asleep(wanted).stream(), residents.idle(wanted).stream())
                        .toList();
                yield each(inTurn(action, chosen), resident -> residents.stop(resident, reason));
            }
            case REDUCE_SERVICE_LIMITS -> {
                scope.admission().reduceTo(REDUCED);
                yield List.of();
            }
            case ENABLE_AGGRESSIVE_GC -> {
                List<Residents.Resident> sleepers = fresh(action, residents.asleep(unspared));
                if (!again || !sleepers.isEmpty()) {
                    System.gc();
                }
                yield each(sleepers, resident -> residents.sleep(resident, Force.NO, false, reason));
            }
        };
    }

    /** Those who sleep on their own; at the next look, or if there are none of them, the rest. */
    private List<Residents.Resident> inTurn(EmergencySettings.Action action, List<Residents.Resident> candidates) {
        List<Residents.Resident> chosen = unmet(action, candidates);
        List<Residents.Resident> first =
                chosen.stream().filter(Residents.Resident::sleepsOnItsOwn).toList();
        boolean all = others || first.isEmpty();
        others = !all && first.size() < chosen.size();
        return met(action, candidates, all ? chosen : first);
    }

    private List<Residents.Resident> fresh(EmergencySettings.Action action, List<Residents.Resident> candidates) {
        return met(action, candidates, unmet(action, candidates));
    }

    /** Those to whom the action has not come since they became what they are, once it has come to everybody. */
    private List<Residents.Resident> unmet(EmergencySettings.Action action, List<Residents.Resident> candidates) {
        if (!again) {
            return candidates;
        }
        Map<Slot, Long> before = met.getOrDefault(action, Map.of());
        long latest = scope.timers().nanoTime() - REST.toNanos();
        return candidates.stream()
                .filter(one -> one.at() - latest <= 0)
                .filter(one -> !Objects.equals(before.get(one.slot()), one.at()))
                .toList();
    }

    /** Remembers whom the action comes to, and forgets those that are not what they were. */
    private List<Residents.Resident> met(
            EmergencySettings.Action action, List<Residents.Resident> candidates, List<Residents.Resident> chosen) {
        Map<Slot, Long> before = met.getOrDefault(action, Map.of());
        Map<Slot, Long> now = new HashMap<>();
        for (Residents.Resident one : candidates) {
            if (chosen.contains(one) || Objects.equals(before.get(one.slot()), one.at())) {
                now.put(one.slot(), one.at());
            }
        }
        met.put(action, now);
        return chosen;
    }

    private static List<String> each(List<Residents.Resident> chosen, Consumer<Residents.Resident> what) {
        chosen.forEach(what);
        return chosen.stream().map(Residents.Resident::name).distinct().toList();
    }

    private void end() {
        active = false;
        next = 0;
        others = false;
        again = false;
        met.clear();
        scope.controls().haste(1);
        scope.admission().reduceTo(1);
        LOG.info("event=emergency_over");
        scope.events()
                .publish(new EmergencyStep(scope.timers().now(), "everything is below its threshold", null, List.of()));
    }
}

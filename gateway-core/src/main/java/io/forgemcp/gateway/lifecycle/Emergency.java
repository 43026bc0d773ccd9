package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.Priority;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done when resources have run out: the listed actions, one at each look for as long as it lasts, sparing those
 * who are to be spared. Services that never sleep on their own are the last: what concerns others first concerns them only at
 * the next look, if it lasts until then. It is over when everything is clearly below its threshold again. Not thread-safe.
 */
final class Emergency {
    private static final Logger LOG = LoggerFactory.getLogger(Emergency.class);
    /** How far below its threshold a measurement must be for the emergency to be over. */
    private static final double MARGIN = 0.05;

    private static final int HASTE = 4;
    private static final double REDUCED = 0.75;

    private final EmergencySettings settings;
    private final LifecycleScope scope;
    private final Residents residents;
    private boolean active;
    private int next;
    /** Whether the action at {@link #next} has been taken for those who sleep on their own, and others are left. */
    private boolean others;

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
        } else if (!active || next < settings.actions().size()) {
            active = true;
            EmergencySettings.Action action = settings.actions().get(next);
            List<String> concerned = act(action);
            if (!others) {
                next++;
            }
            LOG.warn("event=emergency trigger=\"{}\" action={} services={}", trigger, action, concerned);
            scope.events().publish(new EmergencyStep(scope.timers().now(), trigger, action, concerned));
        }
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
                each(inTurn(residents.idle(unspared)), resident -> residents.sleep(resident, Force.YES, false, reason));
            case STOP_NON_CRITICAL_SERVICES -> {
                Predicate<Residents.Resident> wanted =
                        unspared.and(resident -> resident.priority() != Priority.CRITICAL);
                List<Residents.Resident> chosen = Stream.concat(
                                residents.asleep(wanted).stream(), residents.idle(wanted).stream())
                        .toList();
                yield each(inTurn(chosen), resident -> residents.stop(resident, reason));
            }
            case REDUCE_SERVICE_LIMITS -> {
                scope.admission().reduceTo(REDUCED);
                yield List.of();
            }
            case ENABLE_AGGRESSIVE_GC -> {
                System.gc();
                yield each(residents.asleep(unspared), resident -> residents.sleep(resident, Force.NO, false, reason));
            }
        };
    }

    /** Those who sleep on their own; at the next look, or if there are none of them, the rest. */
    private List<Residents.Resident> inTurn(List<Residents.Resident> chosen) {
        List<Residents.Resident> first =
                chosen.stream().filter(Residents.Resident::sleepsOnItsOwn).toList();
        boolean all = others || first.isEmpty();
        others = !all && first.size() < chosen.size();
        return all ? chosen : first;
    }

    private static List<String> each(
            List<Residents.Resident> chosen, java.util.function.Consumer<Residents.Resident> what) {
        chosen.forEach(what);
        return chosen.stream().map(Residents.Resident::name).distinct().toList();
    }

    private void end() {
        active = false;
        next = 0;
        others = false;
        scope.controls().haste(1);
        scope.admission().reduceTo(1);
        LOG.info("event=emergency_over");
        scope.events()
                .publish(new EmergencyStep(scope.timers().now(), "everything is below its threshold", null, List.of()));
    }
}

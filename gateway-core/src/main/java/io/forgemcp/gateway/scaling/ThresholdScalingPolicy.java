package io.forgemcp.gateway.scaling;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Adds instances as soon as the load is above one threshold and takes one away when it has been below another for a
 * while. The load is the largest of processor use, memory use and taken call slots, so that a service which is slow
 * without being busy is scaled too. What cannot be measured does not count.
 */
public final class ThresholdScalingPolicy implements ScalingPolicy {
    /** What division leaves over must not cost an instance: 4 x 1.05 / 0.7 is 6, not a little more. */
    private static final double ROUNDING = 1e-9;

    private final Settings settings;

    public ThresholdScalingPolicy(Settings settings) {
        this.settings = settings;
    }

    /**
     * One policy of {@code scaling-policies.yml}.
     *
     * @param targetCpu the processor use that new instances are counted out for, as a share
     * @param targetMemory the same for memory
     * @param scaleUp load above which instances are added, as a share
     * @param scaleDown load below which one is taken away, as a share
     * @param cooldown how long the load must have been low
     * @param callsPerInstance how many calls one instance works on at once
     */
    public record Settings(
            double targetCpu,
            double targetMemory,
            double scaleUp,
            double scaleDown,
            Duration cooldown,
            int callsPerInstance) {
        /** The policy named default. */
        public static final Settings DEFAULT = new Settings(0.7, 0.8, 0.8, 0.2, Duration.ofSeconds(60), 6);

        public Settings {
            if (!isShare(targetCpu) || !isShare(targetMemory) || !isShare(scaleUp)) {
                throw new IllegalArgumentException(
                        "Targets and scale_up_threshold are shares above 0 and at most 1, not " + targetCpu + ", "
                                + targetMemory + " and " + scaleUp);
            }
            if (!(scaleDown >= 0 && scaleDown < scaleUp)) {
                throw new IllegalArgumentException(
                        "scale_down_threshold must lie below scale_up_threshold " + scaleUp + ", but is " + scaleDown);
            }
            if (cooldown.isNegative() || callsPerInstance < 1) {
                throw new IllegalArgumentException("The cooldown is not negative and an instance takes a call or more");
            }
        }

        /** The same with another cooldown. */
        public Settings withCooldown(Duration value) {
            return new Settings(targetCpu, targetMemory, scaleUp, scaleDown, value, callsPerInstance);
        }

        private static boolean isShare(double value) {
            return value > 0 && value <= 1;
        }
    }

    /** A share and where it was measured. */
    private record Load(double share, String source) {}

    @Override
    public ScalingDecision decide(ScalingInputs inputs) {
        int now = inputs.instances();
        int min = inputs.limits().min();
        int max = inputs.limits().max();
        if (now < min) {
            return new ScalingDecision(min, "below min_instances " + min);
        }
        if (now > max) {
            return new ScalingDecision(max, "above max_instances " + max);
        }
        if (inputs.samples().isEmpty()) {
            return new ScalingDecision(now, "nothing has been measured yet");
        }
        LoadSample newest = inputs.samples().get(inputs.samples().size() - 1);
        if (now == 0) {
            return newest.waitingCalls() == 0
                    ? new ScalingDecision(0, "nobody waits")
                    : new ScalingDecision(1, newest.waitingCalls() + " calls wait and nothing runs");
        }
        Load load = load(newest, now);
        if (load.share() > settings.scaleUp()) {
            return up(newest, load, now, max);
        }
        return down(inputs, load, now, min);
    }

    private ScalingDecision up(LoadSample newest, Load load, int now, int max) {
        String why = load.source() + " " + percent(load.share()) + " is above " + percent(settings.scaleUp());
        if (now == max) {
            return new ScalingDecision(now, why + ", but max_instances " + max + " is reached");
        }
        double wanted = Math.max(
                shareOf(newest, now),
                Math.max(over(newest.cpu(), settings.targetCpu()), over(newest.memory(), settings.targetMemory())));
        int count = (int) Math.min(max, Math.max(now + 1L, (long) Math.ceil(now * wanted - ROUNDING)));
        return new ScalingDecision(count, why);
    }

    private ScalingDecision down(ScalingInputs inputs, Load load, int now, int min) {
        String low = percent(settings.scaleDown());
        if (load.share() >= settings.scaleDown()) {
            return new ScalingDecision(
                    now,
                    load.source() + " " + percent(load.share()) + " lies between " + low + " and "
                            + percent(settings.scaleUp()));
        }
        LoadSample newest = inputs.samples().get(inputs.samples().size() - 1);
        // The last instance goes to sleep by its sleep policy, never by scaling: somebody may be using it.
        int least = newest.activeCalls() + newest.waitingCalls() > 0 ? Math.max(1, min) : min;
        if (now <= Math.max(least, 1)) {
            return new ScalingDecision(now, "load is below " + low + " and there is none to spare");
        }
        Instant since = inputs.now().minus(settings.cooldown());
        if (!lowSince(inputs.samples(), since, now)) {
            return new ScalingDecision(
                    now,
                    "load is below " + low + ", but not yet for the cooldown of "
                            + settings.cooldown().toSeconds() + " s");
        }
        double afterwards = load.share() * now / (now - 1);
        if (afterwards > settings.scaleUp()) {
            return new ScalingDecision(
                    now, "one instance fewer would bring " + load.source() + " to " + percent(afterwards));
        }
        return new ScalingDecision(
                now - 1,
                load.source() + " " + percent(load.share()) + " has been below " + low + " for "
                        + settings.cooldown().toSeconds() + " s");
    }

    /** Whether every sample since then was low, and one from before then shows that the time was watched. */
    private boolean lowSince(List<LoadSample> samples, Instant since, int instances) {
        if (samples.get(0).at().isAfter(since)) {
            return false;
        }
        return samples.stream()
                .filter(sample -> !sample.at().isBefore(since))
                .allMatch(sample -> load(sample, instances).share() < settings.scaleDown());
    }

    private Load load(LoadSample sample, int instances) {
        Load largest = new Load(shareOf(sample, instances), "use of call slots");
        if (sample.cpu() != null && sample.cpu() > largest.share()) {
            largest = new Load(sample.cpu(), "CPU");
        }
        if (sample.memory() != null && sample.memory() > largest.share()) {
            largest = new Load(sample.memory(), "memory");
        }
        return largest;
    }

    private double shareOf(LoadSample sample, int instances) {
        return (sample.activeCalls() + sample.waitingCalls()) / ((double) instances * settings.callsPerInstance());
    }

    private static double over(@Nullable Double value, double target) {
        return value == null ? 0 : value / target;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f%%", share * 100);
    }
}

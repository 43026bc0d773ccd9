package io.forgemcp.gateway.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.scaling.ThresholdScalingPolicy.Settings;
import io.forgemcp.gateway.service.InstanceLimits;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThresholdScalingPolicyTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");
    private final ThresholdScalingPolicy policy = new ThresholdScalingPolicy(Settings.DEFAULT);

    private static LoadSample sample(int secondsAgo, Double cpu, Double memory, int active, int waiting) {
        return new LoadSample(NOW.minusSeconds(secondsAgo), cpu, memory, active, waiting);
    }

    private ScalingDecision decide(int min, int max, int instances, LoadSample... samples) {
        return policy.decide(new ScalingInputs(
                ServiceName.of("github"), new InstanceLimits(min, max), instances, NOW, List.of(samples)));
    }

    private static LoadSample[] quiet(int seconds) {
        List<LoadSample> samples = new ArrayList<>();
        for (int ago = seconds; ago >= 0; ago -= 10) {
            samples.add(sample(ago, 0.05, 0.1, 0, 0));
        }
        return samples.toArray(LoadSample[]::new);
    }

    @Test
    void theLargerOfCpuAndMemoryCounts() {
        assertThat(decide(0, 4, 1, sample(0, 0.1, 0.9, 1, 0)))
                .isEqualTo(new ScalingDecision(2, "memory 90% is above 80%"));
        assertThat(decide(0, 4, 1, sample(0, 0.95, 0.9, 1, 0)).reason()).startsWith("CPU 95%");
    }

    @Test
    void waitingCallsCountEvenIfNothingIsBusy() {
        ScalingDecision decision = decide(0, 10, 1, sample(0, 0.01, 0.01, 6, 12));

        assertThat(decision.instances()).isEqualTo(3);
        assertThat(decision.reason()).isEqualTo("use of call slots 300% is above 80%");
    }

    @Test
    void asManyAreAddedAsTheTargetAsksForButNeverMoreThanTheMost() {
        // 4 instances at 105% of a ceiling with a target of 70% need 6.
        assertThat(decide(0, 10, 4, sample(0, 1.05, null, 0, 0)).instances()).isEqualTo(6);
        assertThat(decide(0, 5, 4, sample(0, 1.05, null, 0, 0)).instances()).isEqualTo(5);
        assertThat(decide(0, 4, 4, sample(0, 1.05, null, 0, 0)).reason()).contains("max_instances 4 is reached");
    }

    @Test
    void betweenTheThresholdsNothingHappens() {
        assertThat(decide(0, 4, 2, sample(0, 0.5, 0.2, 0, 0)).instances()).isEqualTo(2);
    }

    @Test
    void oneIsTakenAwayOnceTheLoadWasLowForTheWholeCooldown() {
        assertThat(decide(0, 4, 3, quiet(60)).instances()).isEqualTo(2);
        assertThat(decide(0, 4, 3, quiet(50)).reason()).contains("not yet for the cooldown of 60 s");
    }

    @Test
    void aBusyMomentBeginsTheCooldownAnew() {
        LoadSample[] samples = quiet(120);
        samples[samples.length - 3] = sample(20, 0.5, 0.1, 0, 0);

        assertThat(decide(0, 4, 3, samples).instances()).isEqualTo(3);
    }

    @Test
    void theLastInstanceIsLeftToTheSleepPolicy() {
        assertThat(decide(0, 4, 1, quiet(600)).instances()).isEqualTo(1);
    }

    @Test
    void theLeastAreAlwaysThereAndTheMostAreNeverExceeded() {
        assertThat(decide(2, 4, 0).instances()).isEqualTo(2);
        assertThat(decide(0, 2, 5).instances()).isEqualTo(2);
        assertThat(decide(2, 4, 2, quiet(600)).instances()).isEqualTo(2);
    }

    @Test
    void oneFewerIsNotTakenIfTheRestWouldBeOverloaded() {
        ThresholdScalingPolicy close =
                new ThresholdScalingPolicy(new Settings(0.7, 0.8, 0.5, 0.4, Duration.ofSeconds(60), 6));
        List<LoadSample> samples = List.of(sample(70, 0.3, null, 0, 0), sample(0, 0.3, null, 0, 0));

        ScalingDecision decision =
                close.decide(new ScalingInputs(ServiceName.of("x"), new InstanceLimits(0, 4), 2, NOW, samples));

        assertThat(decision.instances()).isEqualTo(2);
        assertThat(decision.reason()).isEqualTo("one instance fewer would bring CPU to 60%");
    }

    @Test
    void whatIsNotKnownDoesNotCount() {
        assertThat(decide(0, 4, 2).reason()).isEqualTo("nothing has been measured yet");
        assertThat(decide(0, 4, 2, sample(70, null, null, 0, 0), sample(0, null, null, 0, 0))
                        .instances())
                .isEqualTo(1);
    }

    @Test
    void aCallThatWaitsForNothingStartsOne() {
        assertThat(decide(0, 4, 0, sample(0, null, null, 0, 3)).instances()).isEqualTo(1);
        assertThat(decide(0, 4, 0, sample(0, null, null, 0, 0)).instances()).isZero();
    }

    @Test
    void thresholdsThatContradictEachOtherAreRefused() {
        assertThatThrownBy(() -> new Settings(0.7, 0.8, 0.2, 0.8, Duration.ZERO, 1))
                .hasMessageContaining("scale_down_threshold must lie below");
        assertThatThrownBy(() -> new Settings(Double.NaN, 0.8, 0.8, 0.2, Duration.ZERO, 1))
                .hasMessageContaining("shares above 0");
        assertThatThrownBy(() -> sample(0, Double.NaN, null, 0, 0)).hasMessageContaining("not negative");
    }
}

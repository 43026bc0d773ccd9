package io.forgemcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.scaling.LoadSample;
import io.forgemcp.gateway.scaling.ScalingDecision;
import io.forgemcp.gateway.scaling.ScalingInputs;
import io.forgemcp.gateway.scaling.ScalingPolicy;
import io.forgemcp.gateway.service.InstanceLimits;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link ScalingPolicy} does, whatever it decides. Extend it and give a policy. */
public abstract class ScalingPolicyContract {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final long SEED = Long.getLong("forge.seed", 20260101);

    protected abstract ScalingPolicy newPolicy();

    @Test
    void everyInputHasADecisionWithAReasonAndAlwaysTheSame() {
        ScalingPolicy policy = newPolicy();
        Random random = new Random(SEED);
        for (int i = 0; i < 2000; i++) {
            ScalingInputs inputs = inputs(random);

            ScalingDecision decision = policy.decide(inputs);

            assertThat(decision.reason()).as("seed %d, inputs %s", SEED, inputs).isNotBlank();
            assertThat(policy.decide(inputs))
                    .as("seed %d, inputs %s", SEED, inputs)
                    .isEqualTo(decision);
        }
    }

    private static ScalingInputs inputs(Random random) {
        int min = random.nextInt(3);
        List<LoadSample> samples = new ArrayList<>();
        for (int ago = random.nextInt(20); ago > 0; ago--) {
            samples.add(new LoadSample(
                    NOW.minusSeconds(ago * 10L),
                    random.nextInt(5) == 0 ? null : random.nextDouble() * 1.5,
                    random.nextInt(5) == 0 ? null : random.nextDouble() * 1.5,
                    random.nextInt(10),
                    random.nextInt(4) == 0 ? random.nextInt(1000) : 0));
        }
        return new ScalingInputs(
                ServiceName.of("service"),
                new InstanceLimits(min, min + 1 + random.nextInt(5)),
                random.nextInt(8),
                NOW,
                samples);
    }
}

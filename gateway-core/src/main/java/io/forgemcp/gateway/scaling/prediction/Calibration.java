package io.forgemcp.gateway.scaling.prediction;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How good forecasts were: what was said against what came. Also corrects what is about to be said: where "70 %" came true
 * half of the time, it becomes about 50 %. Not thread-safe.
 */
final class Calibration {
    static final int BUCKETS = 10;
    private static final double DECAY = 0.9995;
    /** A bucket moves a forecast half the way once it has seen this many. */
    private static final double TRUST_AFTER = 30;

    private final Rate[] observed = new Rate[BUCKETS];
    private final double[] said = new double[BUCKETS];
    private double weight;
    private double squaredError;
    private double squaredErrorOfBase;

    Calibration() {
        for (int i = 0; i < BUCKETS; i++) {
            observed[i] = new Rate(DECAY);
        }
    }

    /** What to say instead of a raw forecast. */
    double corrected(double raw) {
        return observed[bucket(raw)].value(raw, TRUST_AFTER);
    }

    /**
     * A forecast whose horizon has passed.
     *
     * @param raw before the correction, which decides the bucket
     * @param forecast what was said
     * @param base what somebody would have said who knows only how often it happens at all
     */
    void add(double raw, double forecast, double base, boolean came) {
        int bucket = bucket(raw);
        said[bucket] = said[bucket] * DECAY + forecast;
        observed[bucket].add(came);
        double outcome = came ? 1 : 0;
        weight = weight * DECAY + 1;
        squaredError = squaredError * DECAY + (forecast - outcome) * (forecast - outcome);
        squaredErrorOfBase = squaredErrorOfBase * DECAY + (base - outcome) * (base - outcome);
    }

    CalibrationReport report() {
        List<CalibrationReport.Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < BUCKETS; i++) {
            double trials = observed[i].trials();
            if (trials > 0) {
                buckets.add(new CalibrationReport.Bucket(
                        i / (double) BUCKETS,
                        (i + 1) / (double) BUCKETS,
                        trials,
                        said[i] / trials,
                        observed[i].hits() / trials));
            }
        }
        return new CalibrationReport(weight, score(squaredError), score(squaredErrorOfBase), buckets);
    }

    private @Nullable Double score(double sum) {
        return weight == 0 ? null : (Double) (sum / weight);
    }

    double[] state() {
        double[] state = new double[3 + 3 * BUCKETS];
        state[0] = weight;
        state[1] = squaredError;
        state[2] = squaredErrorOfBase;
        for (int i = 0; i < BUCKETS; i++) {
            state[3 + 3 * i] = observed[i].trials();
            state[4 + 3 * i] = observed[i].hits();
            state[5 + 3 * i] = said[i];
        }
        return state;
    }

    void restore(double[] state) {
        if (state.length != 3 + 3 * BUCKETS) {
            return;
        }
        weight = state[0];
        squaredError = state[1];
        squaredErrorOfBase = state[2];
        for (int i = 0; i < BUCKETS; i++) {
            observed[i].restore(state[3 + 3 * i], state[4 + 3 * i]);
            said[i] = state[5 + 3 * i];
        }
    }

    private static int bucket(double probability) {
        return Math.min(BUCKETS - 1, Math.max(0, (int) (probability * BUCKETS)));
    }
}

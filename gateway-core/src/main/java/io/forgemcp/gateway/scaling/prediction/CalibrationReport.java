package io.forgemcp.gateway.scaling.prediction;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How good the forecasts of a service were. Older forecasts count less than newer ones.
 *
 * @param forecasts how many, by weight
 * @param brierScore mean squared difference between what was said and what came: 0 is perfect, 0.25 is always saying 50 %;
 *     null before the first
 * @param baseBrierScore the same for somebody who always says how often calls come at all: what the forecasts have to beat
 * @param buckets the forecasts by what was said; empty ones are left out
 */
public record CalibrationReport(
        double forecasts,
        @Nullable Double brierScore,
        @Nullable Double baseBrierScore,
        List<Bucket> buckets) {
    public CalibrationReport {
        buckets = List.copyOf(buckets);
    }

    /**
     * Forecasts that were about alike.
     *
     * @param from of the uncorrected forecasts, inclusive
     * @param to exclusive
     * @param forecasts how many, by weight
     * @param said mean of what was said
     * @param came share of those that came true
     */
    public record Bucket(double from, double to, double forecasts, double said, double came) {}
}

package io.forgemcp.gateway.scaling.prediction;

/**
 * How often something came true, the recent past counting more: every new trial takes a little of the weight of all earlier
 * ones. Not thread-safe.
 */
final class Rate {
    private final double decay;
    private double trials;
    private double hits;

    /** @param decay what remains of an earlier trial when one is added, below 1 */
    Rate(double decay) {
        this.decay = decay;
    }

    void add(boolean hit) {
        trials = trials * decay + 1;
        hits = hits * decay + (hit ? 1 : 0);
    }

    /** As if so many trials had come out at the prior before the first. */
    double value(double prior, double weight) {
        return (hits + prior * weight) / (trials + weight);
    }

    double trials() {
        return trials;
    }

    double hits() {
        return hits;
    }

    /** Goes on from what an earlier process had learnt; anything that no trials can have led to is ignored. */
    void restore(double earlierTrials, double earlierHits) {
        double most = 1 / (1 - decay);
        if (earlierTrials >= 0 && earlierTrials <= most + 1 && earlierHits >= 0 && earlierHits <= earlierTrials + 1) {
            trials = earlierTrials;
            // They are written rounded.
            hits = Math.min(earlierHits, earlierTrials);
        }
    }
}

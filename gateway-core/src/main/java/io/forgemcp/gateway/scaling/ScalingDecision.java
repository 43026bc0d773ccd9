package io.forgemcp.gateway.scaling;

/**
 * How many instances there should be.
 *
 * @param reason for people: what was measured against which threshold
 */
public record ScalingDecision(int instances, String reason) {
    public ScalingDecision {
        if (instances < 0 || reason.isBlank()) {
            throw new IllegalArgumentException("A decision needs a number from 0 and a reason");
        }
    }
}

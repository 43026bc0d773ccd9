package io.forgemcp.gateway.scaling;

import io.forgemcp.gateway.service.InstanceLimits;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One decision about one service, with everything that it rested on and what came of it.
 *
 * @param policy name of the service's policy
 * @param instances how many ran or started
 * @param wanted how many the policy asked for
 * @param target how many there are to be, after the limits
 * @param reason for people: the policy's, and what held it back if something did
 * @param load the newest measurement; null if there was none
 * @param samples how many measurements the policy saw
 */
public record ScalingRecord(
        Instant at,
        ServiceName service,
        String policy,
        InstanceLimits limits,
        int instances,
        int wanted,
        int target,
        Outcome outcome,
        String reason,
        @Nullable LoadSample load,
        int samples) {
    /** What came of a decision. */
    public enum Outcome {
        /** The number is right as it is. */
        UNCHANGED,
        /** The change was begun. */
        SCALED,
        /** The policy wanted a change that a limit or the cooldown does not allow now. */
        HELD,
        /** The change was refused or did not work. */
        FAILED,
        /** It would have been changed; this was only asked for. */
        DRY_RUN
    }
}

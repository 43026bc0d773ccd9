package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.upstream.UpstreamTarget;
import java.util.concurrent.CompletionStage;

/** Asks a running instance how it is, without a lease: asking keeps nothing awake. Never blocks. */
@FunctionalInterface
public interface HealthProbe {
    /**
     * Whether it is well. Completes within the service's health check timeout, exceptionally if there was no good answer.
     */
    CompletionStage<Void> check(UpstreamTarget target);

    /**
     * Completes when it has answered the first message of MCP, at once if it has before. It may take as long for that as if a
     * call were first to speak to it; then this fails with {@link ErrorCode#WAKE_TIMEOUT}. By default a check.
     */
    default CompletionStage<Void> firstWords(UpstreamTarget target) {
        return check(target);
    }

    /**
     * Whether it has been spoken to and has not answered anybody yet, so that whoever is inside waits for its first words. No
     * by default, also where that cannot be known.
     */
    default boolean isBeginning(UpstreamTarget target) {
        return false;
    }
}

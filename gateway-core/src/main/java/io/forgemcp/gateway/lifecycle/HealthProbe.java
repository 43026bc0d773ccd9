package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.upstream.UpstreamTarget;
import java.util.concurrent.CompletionStage;

/**
 * Asks a running instance whether it is well, without a lease: a check keeps nothing awake. Never blocks; completes within
 * the service's health check timeout, exceptionally if there was no good answer.
 */
@FunctionalInterface
public interface HealthProbe {
    CompletionStage<Void> check(UpstreamTarget target);
}

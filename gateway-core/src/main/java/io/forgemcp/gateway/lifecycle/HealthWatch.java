package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the running instance of one slot again and again whether it is well, as its service's health check says. A check
 * takes no lease, so it keeps nothing awake, and a sleeping instance is never asked. Owned by the slot's mailbox.
 */
final class HealthWatch {
    private static final Logger LOG = LoggerFactory.getLogger(HealthWatch.class);
    /** One slow moment is not an illness. */
    private static final int MOST_FAILURES = 3;

    /** Hears how the instance is, on the mailbox. */
    interface Listener {
        /** It answered; told after every good check. */
        void well();

        /** It did not answer. @param often in a row */
        void unwell(LiveInstance live, String reason, boolean tooOften);
    }

    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final Mailbox mailbox;
    private final Listener listener;
    private @Nullable LiveInstance watched;
    private int failures;
    private Timers.Cancellable next = () -> {};

    HealthWatch(ServiceDefinition service, LifecycleScope scope, Mailbox mailbox, Listener listener) {
        this.service = service;
        this.scope = scope;
        this.mailbox = mailbox;
        this.listener = listener;
    }

    /** The instance runs. */
    void begin(LiveInstance live) {
        watched = live;
        failures = 0;
        if (!(service.launch() instanceof Launch.Java) && scope.controls().probe() != null) {
            later(live);
        }
    }

    /** It does not run any more, or sleeps. */
    void end() {
        next.cancel();
        watched = null;
    }

    private void later(LiveInstance live) {
        next.cancel();
        next = scope.timers().schedule(service.healthCheck().interval(), () -> mailbox.tell(() -> check(live)));
    }

    private void check(LiveInstance live) {
        HealthProbe probe = scope.controls().probe();
        if (watched != live || probe == null) {
            return;
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        Timers.Cancellable timeout = scope.timers()
                .schedule(
                        service.healthCheck().timeout(),
                        () -> answer.completeExceptionally(new IllegalStateException("no answer after "
                                + service.healthCheck().timeout().toMillis() + " ms")));
        CompletionStage<Void> asked = scope.runtimes().call("probe", () -> probe.check(live.target()));
        asked.whenComplete((well, failure) -> {
            if (failure == null) {
                answer.complete(null);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        answer.whenComplete((well, failure) -> {
            timeout.cancel();
            mailbox.tell(() -> answered(live, failure));
        });
    }

    private void answered(LiveInstance live, @Nullable Throwable failure) {
        if (watched != live) {
            // It fell asleep or ended meanwhile: that it did not answer says nothing.
            return;
        }
        count(failure == null ? Metric.HEALTH_SUCCESS : Metric.HEALTH_FAILURE);
        if (failure == null) {
            failures = 0;
            listener.well();
        } else {
            failures++;
            String reason = ServiceFailures.reason(failure);
            LOG.debug("event=health_check_failed service={} times={} reason=\"{}\"", service.name(), failures, reason);
            // A server that works on a call may be too busy to answer: it is not cut off.
            listener.unwell(
                    live, reason, failures >= MOST_FAILURES && live.gate().calls() == 0);
        }
        if (watched == live) {
            later(live);
        }
    }

    private void count(Metric metric) {
        GatewayMetrics metrics = scope.metrics();
        try {
            metrics.counter(metric, service.name().value()).increment();
        } catch (RuntimeException failure) {
            LOG.warn("event=metrics_plugin_threw service={}", service.name(), failure);
        }
    }
}

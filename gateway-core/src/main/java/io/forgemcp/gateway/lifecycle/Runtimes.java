package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runtimes in order of preference, and a guard around their code: a plugin that throws is counted and named. */
final class Runtimes {
    private static final Logger LOG = LoggerFactory.getLogger(Runtimes.class);

    private final List<ServiceRuntime> runtimes;
    private final GatewayMetrics metrics;

    Runtimes(List<ServiceRuntime> runtimes, GatewayMetrics metrics) {
        this.runtimes = List.copyOf(runtimes);
        this.metrics = metrics;
    }

    /** The first that can run the service here and now. */
    ServiceRuntime require(ServiceDefinition service) {
        for (ServiceRuntime runtime : runtimes) {
            try {
                if (runtime.supports(service)) {
                    return runtime;
                }
            } catch (RuntimeException failure) {
                count(runtime.name(), failure);
            }
        }
        throw new GatewayException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "Nothing here can run service " + service.name() + " (runtime: "
                        + service.runtime().name().toLowerCase(java.util.Locale.ROOT) + "). Runtimes present: "
                        + runtimes.stream().map(ServiceRuntime::name).collect(Collectors.joining(", "))
                        + ". Check its runtime, image and command.");
    }

    /** What the runtime that would run the service is known to refuse, by key; nothing if none would run it now. */
    Map<String, String> objections(ServiceDefinition service) {
        ServiceRuntime runtime;
        try {
            runtime = require(service);
        } catch (GatewayException nothingRunsItNow) {
            return Map.of();
        }
        try {
            return runtime.objections(service);
        } catch (RuntimeException failure) {
            count(runtime.name(), failure);
            return Map.of();
        }
    }

    /** Calls plugin code; a throw becomes a failed stage. */
    <T> CompletionStage<T> call(String plugin, Supplier<CompletionStage<T>> code) {
        try {
            return code.get();
        } catch (RuntimeException failure) {
            count(plugin, failure);
            return CompletableFuture.failedFuture(failure);
        }
    }

    /** All of them, in order of preference, with what is wrong with them. */
    List<RuntimeStatus> statuses() {
        return runtimes.stream().map(this::status).toList();
    }

    private RuntimeStatus status(ServiceRuntime runtime) {
        try {
            return new RuntimeStatus(runtime.name(), runtime.problem(), runtime.withheldDepths());
        } catch (RuntimeException failure) {
            count(runtime.name(), failure);
            return new RuntimeStatus(runtime.name(), "It cannot say how it is: " + failure.getMessage(), Map.of());
        }
    }

    /** Which sleep depths the runtime of this name withholds on this host, and why. */
    Map<SleepDepth, String> withheld(String runtime) {
        for (ServiceRuntime candidate : runtimes) {
            if (candidate.name().equals(runtime)) {
                try {
                    return candidate.withheldDepths();
                } catch (RuntimeException failure) {
                    count(runtime, failure);
                }
            }
        }
        return Map.of();
    }

    /** Ends whatever the runtimes still run. */
    void close() {
        for (ServiceRuntime runtime : runtimes) {
            try {
                runtime.close();
            } catch (RuntimeException failure) {
                count(runtime.name(), failure);
            }
        }
    }

    private void count(String plugin, RuntimeException failure) {
        metrics.counter(Metric.PLUGIN_FAILURES, plugin).increment();
        LOG.warn("event=runtime_plugin_threw runtime={}", plugin, failure);
    }
}

package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.Route;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** Measures calls per service and tells who wants to know which services fail and which do well. Thread-safe. */
public final class CallRecorder {
    private static final String ENDPOINT = "mcp";

    private final GatewayMetrics metrics;
    private final BiConsumer<ServiceName, GatewayException> onUnreachable;
    private final Map<ServiceName, Handles> handles = new ConcurrentHashMap<>();

    private record Handles(
            GatewayMetrics.Distribution duration,
            GatewayMetrics.Counter ok,
            GatewayMetrics.Counter error,
            CallTally tally) {}

    /** @param onUnreachable told of every call that failed because its server could not be started or reached */
    public CallRecorder(GatewayMetrics metrics, BiConsumer<ServiceName, GatewayException> onUnreachable) {
        this.metrics = metrics;
        this.onUnreachable = onUnreachable;
    }

    /** The calls of every service that was called. */
    public Map<ServiceName, CallTally> tallies() {
        Map<ServiceName, CallTally> tallies = new HashMap<>();
        handles.forEach((service, of) -> tallies.put(service, of.tally));
        return tallies;
    }

    void answered(Route route, Message answer, long started) {
        Handles of = handles(route.service());
        long now = System.nanoTime();
        boolean failed = answer.kind() != Message.Kind.RESULT;
        of.tally.ended(started, now, failed);
        of.duration.observe((now - started) / 1e9);
        (failed ? of.error : of.ok).increment();
    }

    void failed(Route route, GatewayException failure, long started) {
        Handles of = handles(route.service());
        long now = System.nanoTime();
        of.tally.ended(started, now, true);
        of.duration.observe((now - started) / 1e9);
        metrics.counter(
                        Metric.REQUESTS,
                        route.service().value(),
                        ENDPOINT,
                        failure.code().code())
                .increment();
        if (failure.code() == ErrorCode.UPSTREAM_UNREACHABLE || failure.code() == ErrorCode.SERVICE_START_FAILED) {
            onUnreachable.accept(route.service(), failure);
        }
    }

    private Handles handles(ServiceName service) {
        Handles known = handles.get(service);
        return known != null
                ? known
                : handles.computeIfAbsent(
                        service,
                        name -> new Handles(
                                metrics.distribution(Metric.REQUEST_DURATION, name.value(), ENDPOINT),
                                metrics.counter(Metric.REQUESTS, name.value(), ENDPOINT, "ok"),
                                metrics.counter(Metric.REQUESTS, name.value(), ENDPOINT, "error"),
                                new CallTally()));
    }
}

package io.forgemcp.server.prometheus;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keeps every metric of {@link Metric} in a registry of its own and writes it for a scrape. Thread-safe. */
public final class PrometheusMetrics implements GatewayMetrics {
    private static final Set<Metric> COUNTERS = EnumSet.of(
            Metric.STATE_TRANSITIONS,
            Metric.REQUESTS,
            Metric.HEALTH_SUCCESS,
            Metric.HEALTH_FAILURE,
            Metric.LOG_ENTRIES,
            Metric.LOG_ERRORS,
            Metric.UPSTREAM_STRAYS,
            Metric.SCALING_DECISIONS,
            Metric.PREWARMS,
            Metric.PLUGIN_FAILURES);

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Map<Metric, Family> families = new EnumMap<>(Metric.class);
    private final ExpositionFormatWriter text = PrometheusTextFormatWriter.create();
    private final ExpositionFormatWriter openMetrics =
            OpenMetricsTextFormatWriter.builder().build();

    public PrometheusMetrics() {
        for (Metric metric : Metric.values()) {
            families.put(metric, Family.of(metric, COUNTERS.contains(metric), registry));
        }
    }

    @Override
    public Counter counter(Metric metric, String... labelValues) {
        return family(metric).counter(labelValues);
    }

    @Override
    public Distribution distribution(Metric metric, String... labelValues) {
        return family(metric).distribution(labelValues);
    }

    @Override
    public void gauge(Metric metric, DoubleSupplier value, String... labelValues) {
        family(metric).gauge(value, labelValues);
    }

    @Override
    public void removeGauge(Metric metric, String... labelValues) {
        family(metric).removeGauge(labelValues);
    }

    private Family family(Metric metric) {
        Family family = families.get(metric);
        if (family == null) {
            throw new IllegalArgumentException("No such metric: " + metric);
        }
        return family;
    }

    /** Everything as it is now. Metrics that nothing has been measured for yet are named without a value. */
    public Scrape scrape(@Nullable String accept) {
        ExpositionFormatWriter writer = openMetrics.accepts(accept) ? openMetrics : text;
        MetricSnapshots snapshots = registry.scrape();
        Set<String> measured = snapshots.stream()
                .filter(snapshot -> !snapshot.getDataPoints().isEmpty())
                .map(snapshot -> snapshot.getMetadata().getName())
                .collect(Collectors.toSet());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 * 1024);
        families.forEach((metric, family) -> {
            if (!measured.contains(family.name()) && !measured.contains(metric.id())) {
                bytes.writeBytes(header(metric, family, writer == openMetrics).getBytes(StandardCharsets.UTF_8));
            }
        });
        try {
            writer.write(bytes, snapshots, EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new Scrape(writer.getContentType(), bytes.toByteArray());
    }

    private static String header(Metric metric, Family family, boolean open) {
        String name = open ? family.name() : metric.id();
        return "# HELP " + name + " " + metric.help() + "\n# TYPE " + name + " " + family.type() + "\n";
    }

    /** The body of an answer to a scrape. */
    public record Scrape(String contentType, byte[] body) {}
}

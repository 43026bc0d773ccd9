package io.forgemcp.gateway.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.LearntWakes;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was learnt about wakes, as one document in the gateway's store. One that cannot be read, or is of another version, is
 * left out with one warning, and learning begins anew. Thread-safe; blocks.
 */
final class StoredWakes {
    private static final Logger LOG = LoggerFactory.getLogger(StoredWakes.class);
    private static final String NAMESPACE = "wakes";
    private static final String KEY = "all";
    private static final int VERSION = 1;
    /** No start may take longer. */
    private static final Duration LONGEST = Duration.ofHours(1);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final GatewayStore store;

    StoredWakes(GatewayStore store) {
        this.store = store;
    }

    LearntWakes load() {
        return new LearntWakes(read());
    }

    Map<ServiceName, LearntWakes.Service> read() {
        try {
            Optional<JsonSlice> document = store.get(NAMESPACE, KEY);
            if (document.isPresent()) {
                return read(JSON.readTree(document.get().toBytes()));
            }
        } catch (IOException | IllegalArgumentException | GatewayException failure) {
            LOG.warn(
                    "event=learnt_wakes_not_recalled reason=\"{}\" effect=\"sleep depths are learnt anew\"",
                    failure.getMessage());
        }
        return Map.of();
    }

    /** Writes down what was learnt, if anything was since the last time. */
    void save(LearntWakes learnt) {
        learnt.changes().ifPresent(services -> {
            try {
                store.put(NAMESPACE, KEY, JsonSlice.parse(JSON.writeValueAsBytes(write(services))));
            } catch (JsonProcessingException | GatewayException failure) {
                LOG.warn("event=learnt_wakes_not_stored reason=\"{}\"", failure.getMessage());
            }
        });
    }

    private static ObjectNode write(Map<ServiceName, LearntWakes.Service> services) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("version", VERSION);
        ObjectNode all = document.putObject("services");
        services.forEach((name, service) -> {
            ObjectNode one = all.putObject(name.value()).put("identity", service.identity());
            ObjectNode micros = one.putObject("wakeMicros");
            service.wakes().forEach((depth, wakes) -> {
                ArrayNode array = micros.putArray(depth.name().toLowerCase(Locale.ROOT));
                wakes.forEach(wake -> array.add(TimeUnit.NANOSECONDS.toMicros(wake.toNanos())));
            });
        });
        return document;
    }

    private static Map<ServiceName, LearntWakes.Service> read(JsonNode document) {
        if (document.path("version").asInt() != VERSION) {
            throw new IllegalArgumentException("version " + document.path("version") + " is not " + VERSION);
        }
        if (!document.path("services").isObject()) {
            throw new IllegalArgumentException("services is no object");
        }
        Map<ServiceName, LearntWakes.Service> services = new HashMap<>();
        document.path("services")
                .properties()
                .forEach(service -> services.put(
                        ServiceName.of(service.getKey()),
                        new LearntWakes.Service(
                                service.getValue().path("identity").asText(),
                                wakes(service.getValue().path("wakeMicros")))));
        return services;
    }

    private static Map<SleepDepth, List<Duration>> wakes(JsonNode micros) {
        Map<SleepDepth, List<Duration>> wakes = new EnumMap<>(SleepDepth.class);
        micros.properties().forEach(depth -> {
            List<Duration> durations = new ArrayList<>();
            depth.getValue().forEach(number -> durations.add(duration(number)));
            wakes.put(SleepDepth.valueOf(depth.getKey().toUpperCase(Locale.ROOT)), durations);
        });
        return wakes;
    }

    private static Duration duration(JsonNode micros) {
        if (!micros.isIntegralNumber()
                || micros.asLong() < 0
                || micros.asLong() > TimeUnit.NANOSECONDS.toMicros(LONGEST.toNanos())) {
            throw new IllegalArgumentException(micros + " is not how long a wake takes");
        }
        return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros.asLong()));
    }
}

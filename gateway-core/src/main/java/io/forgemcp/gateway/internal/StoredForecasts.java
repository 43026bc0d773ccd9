package io.forgemcp.gateway.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.scaling.prediction.CallForecast;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was learnt about calls, one document a service, in the gateway's store. A store that fails costs what was learnt since
 * the last success, and is logged. Thread-safe; blocks.
 */
public final class StoredForecasts {
    private static final Logger LOG = LoggerFactory.getLogger(StoredForecasts.class);
    private static final String NAMESPACE = "forecasts";
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What is lost by it is far below what a forecast can know. */
    private static final double PRECISION = 1e4;

    private final GatewayStore store;

    public StoredForecasts(GatewayStore store) {
        this.store = store;
    }

    void save(ServiceName name, CallForecast.Memory memory) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("name", name.value());
        Instant last = memory.lastCall();
        document.put("lastCall", last == null ? null : last.toString());
        write(document.putArray("base"), memory.base());
        write(document.putArray("hours"), memory.hours());
        write(document.putArray("recency"), memory.recency());
        write(document.putArray("calibration"), memory.calibration());
        try {
            store.put(
                    NAMESPACE,
                    name.value().toLowerCase(Locale.ROOT),
                    JsonSlice.parse(JSON.writeValueAsBytes(document)));
        } catch (JsonProcessingException | GatewayException failure) {
            LOG.warn("event=forecast_not_stored service={} reason=\"{}\"", name, failure.getMessage());
        }
    }

    Map<ServiceName, CallForecast.Memory> load() {
        Map<ServiceName, CallForecast.Memory> memories = new HashMap<>();
        try {
            for (JsonSlice slice : store.list(NAMESPACE).values()) {
                JsonNode document = JSON.readTree(slice.toBytes());
                memories.put(
                        ServiceName.of(document.path("name").asText()),
                        new CallForecast.Memory(
                                instant(document.path("lastCall")),
                                numbers(document.path("base")),
                                numbers(document.path("hours")),
                                numbers(document.path("recency")),
                                numbers(document.path("calibration"))));
            }
        } catch (IOException | IllegalArgumentException | DateTimeParseException | GatewayException failure) {
            LOG.warn("event=forecasts_not_recalled reason=\"{}\"", failure.getMessage());
        }
        return memories;
    }

    private static void write(ArrayNode array, double[] numbers) {
        for (double number : numbers) {
            array.add(Math.round(number * PRECISION) / PRECISION);
        }
    }

    private static double[] numbers(JsonNode array) {
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i).asDouble();
        }
        return numbers;
    }

    private static @org.jspecify.annotations.Nullable Instant instant(JsonNode text) {
        return text.isTextual() ? Instant.parse(text.asText()) : null;
    }
}

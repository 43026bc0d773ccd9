package io.forgemcp.gateway.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.store.GatewayStore;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The alerts in the gateway's store, as one document. A store that fails costs what changed since the last success, and is
 * logged. Blocks.
 */
final class StoredAlerts {
    private static final Logger LOG = LoggerFactory.getLogger(StoredAlerts.class);
    private static final String NAMESPACE = "alerts";
    private static final String KEY = "book";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final GatewayStore store;

    StoredAlerts(GatewayStore store) {
        this.store = store;
    }

    void save(AlertBook.Snapshot snapshot) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("next", snapshot.next());
        ArrayNode open = document.putArray("open");
        snapshot.open().stream()
                .filter(alert -> alert.state() == Alert.State.FIRING)
                .forEach(alert -> open.add(json(alert)));
        ArrayNode over = document.putArray("over");
        snapshot.over().forEach(alert -> over.add(json(alert)));
        ArrayNode silences = document.putArray("silences");
        snapshot.silences().forEach(silence -> silences.add(json(silence)));
        try {
            store.put(NAMESPACE, KEY, JsonSlice.parse(JSON.writeValueAsBytes(document)));
        } catch (JsonProcessingException | GatewayException failure) {
            LOG.warn("event=alerts_not_stored reason=\"{}\"", failure.getMessage());
        }
    }

    Optional<AlertBook.Snapshot> load() {
        try {
            Optional<JsonSlice> kept = store.get(NAMESPACE, KEY);
            if (kept.isEmpty()) {
                return Optional.empty();
            }
            JsonNode document = JSON.readTree(kept.get().toBytes());
            List<Silence> silences = new ArrayList<>();
            document.path("silences").forEach(each -> silences.add(silence(each)));
            return Optional.of(new AlertBook.Snapshot(
                    alerts(document.path("open")),
                    alerts(document.path("over")),
                    silences,
                    document.path("next").asLong(1)));
        } catch (IOException | IllegalArgumentException | DateTimeParseException | GatewayException failure) {
            LOG.warn("event=alerts_not_recalled reason=\"{}\"", failure.getMessage());
            return Optional.empty();
        }
    }

    private static List<Alert> alerts(JsonNode array) {
        List<Alert> alerts = new ArrayList<>();
        array.forEach(each -> alerts.add(alert(each)));
        return alerts;
    }

    private static ObjectNode json(Alert alert) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", alert.id()).put("group", alert.group()).put("rule", alert.rule());
        json.put("severity", alert.severity().name()).put("state", alert.state().name());
        json.set("labels", JSON.valueToTree(alert.labels()));
        json.put("value", alert.value()).put("message", alert.message());
        json.set("annotations", JSON.valueToTree(alert.annotations()));
        json.put("since", alert.since().toString());
        json.put("firedAt", text(alert.firedAt())).put("resolvedAt", text(alert.resolvedAt()));
        Alert.Acknowledgement acknowledged = alert.acknowledged();
        if (acknowledged != null) {
            json.putObject("acknowledged")
                    .put("at", acknowledged.at().toString())
                    .put("by", acknowledged.by())
                    .put("comment", acknowledged.comment());
        }
        return json.put("silence", alert.silence());
    }

    private static Alert alert(JsonNode json) {
        JsonNode acknowledged = json.path("acknowledged");
        return new Alert(
                json.path("id").asText(),
                json.path("group").asText(),
                json.path("rule").asText(),
                Severity.valueOf(json.path("severity").asText()),
                Alert.State.valueOf(json.path("state").asText()),
                texts(json.path("labels")),
                json.path("value").asDouble(),
                json.path("message").asText(),
                texts(json.path("annotations")),
                Instant.parse(json.path("since").asText()),
                instant(json.path("firedAt")),
                instant(json.path("resolvedAt")),
                acknowledged.isObject()
                        ? new Alert.Acknowledgement(
                                Instant.parse(acknowledged.path("at").asText()),
                                acknowledged.path("by").asText(),
                                acknowledged.path("comment").asText())
                        : null,
                json.path("silence").textValue());
    }

    private static ObjectNode json(Silence silence) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", silence.id())
                .put("rule", silence.rule())
                .put("service", silence.service())
                .put("from", silence.from().toString())
                .put("until", silence.until().toString())
                .put("by", silence.by())
                .put("comment", silence.comment());
    }

    private static Silence silence(JsonNode json) {
        return new Silence(
                json.path("id").asText(),
                json.path("rule").textValue(),
                json.path("service").textValue(),
                Instant.parse(json.path("from").asText()),
                Instant.parse(json.path("until").asText()),
                json.path("by").asText(),
                json.path("comment").asText());
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(member -> texts.put(member.getKey(), member.getValue().asText()));
        return texts;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    private static @Nullable Instant instant(JsonNode text) {
        return text.isTextual() ? Instant.parse(text.asText()) : null;
    }
}

package io.forgemcp.server.manager;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.config.ServiceEntries;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services that were registered and deleted at run time, in the gateway's store. What stands there comes before the
 * files: a registered service replaces the file's of the same name, a deleted one stays away. Thread-safe; blocks.
 */
public final class RegisteredServices {
    private static final Logger LOG = LoggerFactory.getLogger(RegisteredServices.class);
    private static final String NAMESPACE = "services";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final GatewayStore store;
    private final ServiceEntries entries;

    public RegisteredServices(GatewayStore store, ServiceEntries entries) {
        this.store = store;
        this.entries = entries;
    }

    /** The services to begin with: those given, and what was registered and deleted since. */
    public List<ServiceDefinition> over(List<ServiceDefinition> configured) {
        Map<ServiceName, ServiceDefinition> services = new LinkedHashMap<>();
        configured.forEach(service -> services.put(service.name(), service));
        for (JsonSlice document : store.list(NAMESPACE).values()) {
            try {
                recall(JSON.readTree(document.toBytes()), services);
            } catch (java.io.IOException | IllegalArgumentException | GatewayException unusable) {
                LOG.warn("event=registered_service_unusable reason=\"{}\"", unusable.getMessage());
            }
        }
        return List.copyOf(services.values());
    }

    private void recall(JsonNode document, Map<ServiceName, ServiceDefinition> services) {
        ServiceName name = ServiceName.of(document.path("name").asText());
        if (document.path("deleted").asBoolean()) {
            if (services.remove(name) != null) {
                LOG.info("event=service_left_out service={} reason=\"deleted through the service manager\"", name);
            }
            return;
        }
        ServiceDefinition service = entries.read(name.value(), document.path("entry"));
        if (services.put(name, service) != null) {
            LOG.info("event=service_replaced service={} reason=\"registered through the service manager\"", name);
        }
    }

    /** What the entry describes; changes nothing. */
    ServiceDefinition read(String name, JsonNode entry) {
        return entries.read(name, entry);
    }

    void remember(ServiceName name, JsonNode entry) {
        put(name, document(name).set("entry", entry));
    }

    void rememberDeleted(ServiceName name) {
        put(name, document(name).put("deleted", true));
    }

    private static ObjectNode document(ServiceName name) {
        return JsonNodeFactory.instance.objectNode().put("name", name.value());
    }

    private void put(ServiceName name, JsonNode document) {
        try {
            store.put(
                    NAMESPACE,
                    name.value().toLowerCase(Locale.ROOT),
                    JsonSlice.parse(JSON.writeValueAsBytes(document)));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

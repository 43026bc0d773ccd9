package io.forgemcp.server.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What happens in the gateway, as it happens, as server-sent events. */
final class EventRoutes {
    private final EventBus events;

    EventRoutes(EventBus events) {
        this.events = events;
    }

    List<Route> routes() {
        return List.of(Route.stream(
                "/events", "Streams state changes, catalog changes and alerts as they happen.", this::stream));
    }

    private void stream(RestRequest request, McpResponder responder) {
        EventStream stream = responder.stream();
        EventBus.Subscription subscription =
                events.subscribe(event -> stream.event(event.type(), Json.bytes(json(event))));
        responder.onDisconnect(subscription::close);
    }

    /** Every event is a record; its components are the members. */
    static ObjectNode json(GatewayEvent event) {
        ObjectNode json = Json.object().put("type", event.type());
        RecordComponent[] components = event.getClass().getRecordComponents();
        if (components == null) {
            return json.put("at", event.at().toString());
        }
        for (RecordComponent component : components) {
            put(json, component.getName(), value(event, component));
        }
        return json;
    }

    private static @Nullable Object value(GatewayEvent event, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(event);
        } catch (ReflectiveOperationException unreadable) {
            throw new IllegalStateException("Cannot read " + component.getName() + " of " + event.type(), unreadable);
        }
    }

    private static void put(ObjectNode json, String name, @Nullable Object value) {
        if (value instanceof Long number) {
            json.put(name, number);
        } else if (value instanceof Integer number) {
            json.put(name, number);
        } else if (value instanceof Double number) {
            json.put(name, number);
        } else if (value instanceof Boolean flag) {
            json.put(name, flag);
        } else if (value instanceof Enum<?> choice) {
            json.put(name, choice.name().toLowerCase(Locale.ROOT));
        } else {
            json.put(name, value == null ? null : value.toString());
        }
    }
}

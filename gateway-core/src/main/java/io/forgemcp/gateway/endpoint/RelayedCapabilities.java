package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.TaskExtension;
import io.forgemcp.gateway.protocol.TaskSupport;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a virtual server can do: what its servers can do together, as far as the gateway can bring it to a client. Only
 * servers that have been learnt count. Thread-safe.
 */
final class RelayedCapabilities {
    private final Supplier<CatalogSnapshot> catalog;
    private final Function<ServiceName, @Nullable Isolation> isolation;

    /** @param isolation of a service; null if it is not registered any more */
    RelayedCapabilities(Supplier<CatalogSnapshot> catalog, Function<ServiceName, @Nullable Isolation> isolation) {
        this.catalog = catalog;
        this.isolation = isolation;
    }

    /** The {@code capabilities} of an answer to initialize, a JSON object. */
    String of(ServerView view, ProtocolVersion version) {
        Union union = new Union();
        for (ServiceName service : view.services()) {
            catalog.get()
                    .server(service)
                    .map(ServerCatalog::initialize)
                    .ifPresent(greeting -> union.add(greeting, isolation.apply(service)));
        }
        return union.toJson(version);
    }

    /** Collects. Not thread-safe. */
    private static final class Union {
        private boolean subscribe;
        private boolean completions;
        private boolean logging;
        private boolean tasks;
        private final Map<String, JsonSlice> extensions = new LinkedHashMap<>();

        private void add(JsonSlice greeting, @Nullable Isolation isolation) {
            JsonSlice capabilities = greeting.member("capabilities");
            if (capabilities == null) {
                return;
            }
            JsonSlice resources = capabilities.member("resources");
            JsonSlice subscribable = resources == null ? null : resources.member("subscribe");
            subscribe |= subscribable != null && subscribable.isTrue();
            completions |= capabilities.member("completions") != null;
            // Nobody can say whose message it is that a server logs on a conversation which all clients share.
            logging |= capabilities.member("logging") != null && isolation == Isolation.SESSION;
            tasks |= TaskSupport.isIn(capabilities) || TaskSupport.isDecidedByServer(greeting);
            JsonSlice declared = capabilities.member("extensions");
            if (declared != null) {
                // Belongs to the generation without sessions; those with sessions have tasks of their own.
                TaskExtension.removedFrom(declared).members(extensions::putIfAbsent);
            }
        }

        private String toJson(ProtocolVersion version) {
            // The gateway itself announces changes of all three lists, whatever the servers behind it can do.
            StringBuilder json = new StringBuilder(
                            "{\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},")
                    .append("\"resources\":{\"listChanged\":true")
                    .append(subscribe ? ",\"subscribe\":true}" : "}");
            if (logging) {
                json.append(",\"logging\":{}");
            }
            if (completions && version.compareTo(ProtocolVersion.V2025_03_26) >= 0) {
                json.append(",\"completions\":{}");
            }
            if (tasks && version.compareTo(ProtocolVersion.V2025_11_25) >= 0) {
                json.append(",\"tasks\":{\"list\":{},\"cancel\":{},\"requests\":{\"tools\":{\"call\":{}}}}");
            }
            if (!extensions.isEmpty()) {
                json.append(",\"extensions\":{");
                String[] separator = {""};
                extensions.forEach((name, value) -> {
                    json.append(separator[0])
                            .append(new String(JsonText.quote(name), StandardCharsets.UTF_8))
                            .append(':')
                            .append(value);
                    separator[0] = ",";
                });
                json.append('}');
            }
            return json.append('}').toString();
        }
    }
}

package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.TaskExtension;
import io.forgemcp.gateway.protocol.TaskSupport;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a virtual server can do for a modern client: what any of its servers can, as far as the gateway brings it to the
 * client. Changes of the lists the gateway announces itself.
 */
final class ModernCapabilities {
    /** Extensions that work beside others, because the gateway routes what belongs to them. */
    private static final Set<String> ROUTED = Set.of("io.modelcontextprotocol/ui", TaskExtension.NAME);

    private static final JsonSlice NOTHING = JsonSlice.parse("{}");

    private boolean completions;
    private boolean logging;
    private boolean subscribe;
    private final Map<String, JsonSlice> extensions = new LinkedHashMap<>();
    private int servers;
    private final Map<String, Integer> offers = new LinkedHashMap<>();

    ModernCapabilities(ServerView view, CatalogSnapshot catalog) {
        for (ServiceName service : view.services()) {
            catalog.server(service).map(ServerCatalog::initialize).ifPresent(this::add);
        }
        // One server of several cannot speak for the others, where the gateway does not know whom to ask.
        extensions.keySet().removeIf(name -> !ROUTED.contains(name) && offers.getOrDefault(name, 0) < servers);
    }

    private void add(JsonSlice greeting) {
        servers++;
        JsonSlice capabilities = greeting.member("capabilities");
        if (capabilities == null) {
            return;
        }
        completions |= capabilities.member("completions") != null;
        logging |= capabilities.member("logging") != null;
        subscribe |= tellsOfUpdates(greeting);
        addExtensions(capabilities.member("extensions"));
        if (TaskSupport.isIn(capabilities)) {
            // The gateway says what such a server does in the words of the extension.
            extensions.putIfAbsent(TaskExtension.NAME, NOTHING);
        }
    }

    /** Whether a server tells of updated resources. @param greeting what it answered when it was first spoken to */
    static boolean tellsOfUpdates(JsonSlice greeting) {
        JsonSlice capabilities = greeting.member("capabilities");
        JsonSlice resources = capabilities == null ? null : capabilities.member("resources");
        JsonSlice flag = resources == null ? null : resources.member("subscribe");
        return flag != null && flag.isTrue();
    }

    private void addExtensions(@Nullable JsonSlice offered) {
        if (offered != null) {
            offered.members((name, settings) -> {
                extensions.putIfAbsent(name, settings);
                offers.merge(name, 1, Integer::sum);
            });
        }
    }

    /** Whether any server makes tasks of calls. */
    boolean tasks() {
        return extensions.containsKey(TaskExtension.NAME);
    }

    boolean subscribe() {
        return subscribe;
    }

    String json() {
        StringBuilder json = new StringBuilder("{\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},")
                .append("\"resources\":{\"listChanged\":true")
                .append(subscribe ? ",\"subscribe\":true}" : "}")
                .append(completions ? ",\"completions\":{}" : "")
                .append(logging ? ",\"logging\":{}" : "");
        if (!extensions.isEmpty()) {
            json.append(",\"extensions\":{");
            String comma = "";
            for (Map.Entry<String, JsonSlice> extension : extensions.entrySet()) {
                json.append(comma)
                        .append(new String(JsonText.quote(extension.getKey()), StandardCharsets.UTF_8))
                        .append(':')
                        .append(extension.getValue());
                comma = ",";
            }
            json.append('}');
        }
        return json.append('}').toString();
    }
}

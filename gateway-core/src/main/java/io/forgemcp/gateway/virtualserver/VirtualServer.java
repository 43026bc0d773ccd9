package io.forgemcp.gateway.virtualserver;

import io.forgemcp.gateway.service.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One endpoint's choice of servers and tools.
 *
 * @param id stable: derived from the name when it comes from a file
 * @param name unique without regard to case
 * @param services whose tools it shows; empty means all
 * @param tools the original names to show, by service; a service that is absent shows all
 * @param renames exposed name by {@code service/original name}
 * @param descriptions edited description by {@code service/original name}
 */
public record VirtualServer(
        UUID id,
        String name,
        String description,
        boolean enabled,
        List<ServiceName> services,
        Map<ServiceName, List<String>> tools,
        Naming naming,
        Map<String, String> renames,
        Map<String, String> descriptions) {
    /** The most tools that a virtual server shows: more drown a model. */
    public static final int MAX_TOOLS = 60;

    public VirtualServer {
        services = List.copyOf(services);
        tools = Map.copyOf(tools);
        renames = Map.copyOf(renames);
        descriptions = Map.copyOf(descriptions);
    }

    /** All tools of these services, prefixed. */
    public static VirtualServer of(String name, List<ServiceName> services) {
        return of(name, services, Naming.PREFIXED);
    }

    /** All tools of these services. */
    public static VirtualServer of(String name, List<ServiceName> services, Naming naming) {
        UUID id = UUID.nameUUIDFromBytes(("forge-virtual-server:" + name.toLowerCase(java.util.Locale.ROOT))
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return new VirtualServer(id, name, "", true, services, Map.of(), naming, Map.of(), Map.of());
    }
}

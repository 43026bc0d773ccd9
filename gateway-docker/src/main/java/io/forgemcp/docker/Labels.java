package io.forgemcp.docker;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceName;
import java.util.HashMap;
import java.util.Map;

/**
 * The labels by which a gateway knows its own containers and networks again.
 *
 * @param owner the gateway
 */
record Labels(String owner) {
    static final String OWNER = "io.forgemcp.gateway";
    static final String SERVICE = "io.forgemcp.service";
    static final String INSTANCE = "io.forgemcp.instance";
    static final String CONFIGURATION = "io.forgemcp.configuration";
    /** The limit that the container has while nobody squeezes it, in bytes. */
    static final String MEMORY = "io.forgemcp.memory";

    private static final int SHORT = 8;

    Map<String, String> ofOwner() {
        return Map.of(OWNER, owner);
    }

    Map<String, String> ofService(ServiceName service) {
        return Map.of(OWNER, owner, SERVICE, service.value());
    }

    Map<String, String> ofContainer(InstanceId id, String configuration, long memory) {
        Map<String, String> labels = new HashMap<>(ofService(id.service()));
        labels.put(INSTANCE, Long.toString(id.number()));
        labels.put(CONFIGURATION, configuration);
        labels.put(MEMORY, Long.toString(memory));
        return labels;
    }

    /** For names that people see. */
    String shortOwner() {
        String letters = owner.replaceAll("[^A-Za-z0-9]", "").toLowerCase(java.util.Locale.ROOT);
        return letters.length() > SHORT ? letters.substring(0, SHORT) : letters;
    }
}

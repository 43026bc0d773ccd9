package io.forgemcp.gateway;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.ServiceName;

/**
 * A tool as a virtual server shows it.
 *
 * @param name by which it is called
 * @param service whose it is
 * @param originalName the server's own name for it
 * @param json the whole description, input schema included
 */
public record ToolDescription(String name, ServiceName service, String originalName, JsonSlice json) {
    /** What it does; empty if the server does not say. */
    public String description() {
        String text = json.textMember("description");
        return text == null ? "" : text;
    }
}

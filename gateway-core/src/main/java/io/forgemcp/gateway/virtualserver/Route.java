package io.forgemcp.gateway.virtualserver;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import io.forgemcp.gateway.protocol.TaskSupport;
import io.forgemcp.gateway.service.ServiceName;

/**
 * Where an exposed name leads.
 *
 * @param service whose tool, prompt or resource it is
 * @param original the server's own name for it
 * @param quotedOriginal the same as a JSON string, ready to be spliced into a request; not to be changed
 * @param parameters of a tool: which of them are repeated as headers of modern requests
 * @param tasks of a tool: whether it runs as a task
 */
public record Route(
        ServiceName service, String original, byte[] quotedOriginal, ParameterHeaders parameters, TaskSupport tasks) {
    /** To something that never runs as a task. */
    public Route(ServiceName service, String original, byte[] quotedOriginal, ParameterHeaders parameters) {
        this(service, original, quotedOriginal, parameters, TaskSupport.FORBIDDEN);
    }

    Route(ServiceName service, String original) {
        this(service, original, JsonText.quote(original), ParameterHeaders.NONE);
    }

    /** @param listed the tool or prompt as its server lists it */
    static Route to(ServiceName service, String original, JsonSlice listed, TaskSupport tasks) {
        return new Route(service, original, JsonText.quote(original), ParameterHeaders.of(listed), tasks);
    }
}

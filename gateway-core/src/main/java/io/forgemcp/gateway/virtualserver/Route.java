package io.forgemcp.gateway.virtualserver;

import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import io.forgemcp.gateway.service.ServiceName;

/**
 * Where an exposed name leads.
 *
 * @param service whose tool, prompt or resource it is
 * @param original the server's own name for it
 * @param quotedOriginal the same as a JSON string, ready to be spliced into a request; not to be changed
 * @param parameters of a tool: which of them are repeated as headers of modern requests
 */
public record Route(ServiceName service, String original, byte[] quotedOriginal, ParameterHeaders parameters) {
    Route(ServiceName service, String original) {
        this(service, original, ParameterHeaders.NONE);
    }

    Route(ServiceName service, String original, ParameterHeaders parameters) {
        this(service, original, JsonText.quote(original), parameters);
    }
}

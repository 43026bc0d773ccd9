package io.forgemcp.gateway.virtualserver;

import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.service.ServiceName;

/**
 * Where an exposed name leads.
 *
 * @param service whose tool, prompt or resource it is
 * @param original the server's own name for it
 * @param quotedOriginal the same as a JSON string, ready to be spliced into a request; not to be changed
 */
public record Route(ServiceName service, String original, byte[] quotedOriginal) {
    Route(ServiceName service, String original) {
        this(service, original, JsonText.quote(original));
    }
}

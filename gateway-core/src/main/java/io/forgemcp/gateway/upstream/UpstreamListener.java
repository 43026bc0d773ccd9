package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.ServiceName;

/** Hears what servers say outside any request. Called from any thread, must not block. */
@FunctionalInterface
public interface UpstreamListener {
    /**
     * A notification that belongs to no request, such as {@code list_changed}, or {@code resources/updated}.
     *
     * @param client whose conversation it came on; {@link ClientKey#GATEWAY} for one that is shared
     */
    void onNotification(ServiceName service, ClientKey client, Message notification);
}

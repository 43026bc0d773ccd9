package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.Set;

/** Clients without sessions that want to hear of updated resources. Thread-safe; must not block. */
public interface ResourceListeners {
    /**
     * A server says that a resource of its, under its own URI, has been updated.
     *
     * @param client in whose conversation; {@link ClientKey#GATEWAY} for one that clients share
     */
    void updated(ServiceName service, ClientKey client, String uri);

    /**
     * Whether somebody wants to hear of this resource in the conversation that clients share.
     *
     * @param uri as the server knows it
     */
    boolean wants(ServiceName service, String uri);

    /**
     * A conversation begins: the resources of this server that somebody wants to hear about in it, under its own URIs. They
     * are subscribed to in it.
     *
     * @param client whose it is; {@link ClientKey#GATEWAY} for one that clients share
     */
    Set<String> opening(ServiceName service, ClientKey client);
}

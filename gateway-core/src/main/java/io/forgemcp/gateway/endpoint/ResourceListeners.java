package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.Set;

/** Clients without sessions that want to hear of updated resources. Thread-safe; must not block. */
public interface ResourceListeners {
    /** What parts a URI from one below it. */
    String BELOW = "/?#:";

    /**
     * Whether who subscribed to one resource hears of the change of another: of the same, or of one below it (MCP 2025-11-25
     * and 2026-07-28, {@code notifications/resources/updated}).
     *
     * @param subscribed as the server knows it
     * @param changed as the server knows it
     */
    static boolean covers(String subscribed, String changed) {
        if (!changed.startsWith(subscribed)) {
            return false;
        }
        int length = subscribed.length();
        return changed.length() == length
                || BELOW.indexOf(changed.charAt(length)) >= 0
                || length > 0 && BELOW.indexOf(subscribed.charAt(length - 1)) >= 0;
    }

    /**
     * A server says that a resource of its has been updated.
     *
     * @param client in whose conversation; {@link ClientKey#GATEWAY} for one that clients share
     * @param uri of the resource, as the server knows it
     * @param notification what the server says, whole
     */
    void updated(ServiceName service, ClientKey client, String uri, Message notification);

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

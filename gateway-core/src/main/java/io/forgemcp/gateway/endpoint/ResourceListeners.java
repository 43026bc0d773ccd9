package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.service.ServiceName;
import java.util.Set;

/** Clients without sessions that want to hear of updated resources. Thread-safe; must not block. */
public interface ResourceListeners {
    /** A server says that a resource of its, under its own URI, has been updated. */
    void updated(ServiceName service, String uri);

    /** The resources of this server that somebody wants to hear about, under its own URIs. */
    Set<String> wanted(ServiceName service);
}

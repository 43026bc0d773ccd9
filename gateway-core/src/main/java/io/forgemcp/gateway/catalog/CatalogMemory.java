package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.util.Optional;

/** Keeps learnt catalogs across restarts. */
public interface CatalogMemory {
    /** What was learnt of this very service, launched the same way; empty if nothing. */
    Optional<ServerCatalog> recall(ServiceDefinition service);

    void remember(ServiceDefinition service, ServerCatalog catalog);

    void forget(ServiceName service);
}

package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.catalog.CatalogMemory;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.util.Optional;

/** Remembers nothing: an embedder that gives no place to keep things starts anew every time. */
public final class ForgetfulMemory implements CatalogMemory {
    @Override
    public Optional<ServerCatalog> recall(ServiceDefinition service) {
        return Optional.empty();
    }

    @Override
    public void remember(ServiceDefinition service, ServerCatalog catalog) {}

    @Override
    public void forget(ServiceName service) {}
}

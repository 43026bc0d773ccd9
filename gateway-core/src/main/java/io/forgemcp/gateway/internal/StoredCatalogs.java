package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.catalog.CatalogMemory;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.catalog.ServerCatalogJson;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learnt catalogs in the gateway's store. A store that fails costs the memory of one server and is logged; it never
 * stops the gateway. Thread-safe.
 */
public final class StoredCatalogs implements CatalogMemory {
    private static final Logger LOG = LoggerFactory.getLogger(StoredCatalogs.class);
    private static final String NAMESPACE = "catalog";

    private final GatewayStore store;
    private final Executor worker;

    /** @param worker may block; runs one task after the other, so that the last write wins */
    public StoredCatalogs(GatewayStore store, Executor worker) {
        this.store = store;
        this.worker = worker;
    }

    @Override
    public Optional<ServerCatalog> recall(ServiceDefinition service) {
        if (service.launch() instanceof Launch.Java) {
            return Optional.empty();
        }
        try {
            return store.get(NAMESPACE, key(service.name()))
                    .flatMap(document -> ServerCatalogJson.read(service.name(), document, origin(service)));
        } catch (GatewayException failure) {
            LOG.warn("catalog not recalled service={} reason={}", service.name(), failure.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void remember(ServiceDefinition service, ServerCatalog catalog) {
        if (service.launch() instanceof Launch.Java) {
            return;
        }
        worker.execute(() -> {
            try {
                JsonSlice document = ServerCatalogJson.write(catalog, origin(service));
                store.put(NAMESPACE, key(service.name()), document);
            } catch (GatewayException failure) {
                LOG.warn("catalog not stored service={} reason={}", service.name(), failure.getMessage());
            }
        });
    }

    @Override
    public void forget(ServiceName service) {
        worker.execute(() -> {
            try {
                store.delete(NAMESPACE, key(service));
            } catch (GatewayException failure) {
                LOG.warn("catalog not deleted service={} reason={}", service, failure.getMessage());
            }
        });
    }

    private static String key(ServiceName service) {
        return service.value().toLowerCase(Locale.ROOT);
    }

    /** How it is launched, without secrets: another command or URL is another server, whatever its name. */
    private static String origin(ServiceDefinition service) {
        return service.launch().toString();
    }
}

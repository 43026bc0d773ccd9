package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.service.ServiceName;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What every server offers, at one moment. Immutable.
 *
 * @param version grows whenever something that a client can see changes
 * @param servers sorted by name
 */
public record CatalogSnapshot(long version, SortedMap<ServiceName, ServerCatalog> servers) {
    public static final CatalogSnapshot EMPTY = new CatalogSnapshot(0, new TreeMap<>());

    public CatalogSnapshot {
        servers = Collections.unmodifiableSortedMap(new TreeMap<>(servers));
    }

    public Optional<ServerCatalog> server(ServiceName service) {
        return Optional.ofNullable(servers.get(service));
    }

    /**
     * As it looks to somebody who is offered something else by some of the servers.
     *
     * @param version tells it apart from this and from other such views
     */
    public CatalogSnapshot seenAs(Map<ServiceName, ServerCatalog> own, long version) {
        SortedMap<ServiceName, ServerCatalog> copy = new TreeMap<>(servers);
        own.forEach((service, offered) ->
                copy.computeIfPresent(service, (name, shared) -> offered.withProblem(shared.problem())));
        return new CatalogSnapshot(version, copy);
    }

    CatalogSnapshot with(ServerCatalog server) {
        ServerCatalog before = servers.get(server.service());
        SortedMap<ServiceName, ServerCatalog> copy = new TreeMap<>(servers);
        copy.put(server.service(), server);
        boolean same = before != null && before.offersTheSameAs(server);
        return new CatalogSnapshot(same ? version : version + 1, copy);
    }

    CatalogSnapshot without(ServiceName service) {
        SortedMap<ServiceName, ServerCatalog> copy = new TreeMap<>(servers);
        copy.remove(service);
        return new CatalogSnapshot(version + 1, copy);
    }
}

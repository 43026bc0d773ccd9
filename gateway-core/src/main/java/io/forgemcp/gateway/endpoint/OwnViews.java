package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.catalog.OwnCatalogs;
import io.forgemcp.gateway.catalog.OwnCatalogs.Own;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.virtualserver.ServerView;
import io.forgemcp.gateway.virtualserver.VirtualServers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What virtual servers show to clients to whom servers offer something else than to everybody. Thread-safe. */
final class OwnViews {
    /** Revisions of single clients count beside those of the catalog. */
    private static final int REVISION_BITS = 32;

    private final VirtualServers virtualServers;
    private final Supplier<CatalogSnapshot> catalog;
    private final OwnCatalogs own;
    private final Map<ClientKey, Latest> latest = new ConcurrentHashMap<>();

    private record Latest(ServerView shared, Own own, ServerView view) {}

    OwnViews(VirtualServers virtualServers, Supplier<CatalogSnapshot> catalog, OwnCatalogs own) {
        this.virtualServers = virtualServers;
        this.catalog = catalog;
        this.own = own;
    }

    /**
     * What this viewer is shown.
     *
     * @param shared what everybody is shown
     */
    ServerView of(Viewer viewer, ServerView shared) {
        if (own.isEmpty()) {
            return shared;
        }
        ClientKey client = viewer.client();
        Own different = own.of(client);
        if (different == null) {
            return shared;
        }
        Latest known = latest.get(client);
        if (known != null && known.shared() == shared && known.own() == different) {
            return known.view();
        }
        CatalogSnapshot base = catalog.get();
        CatalogSnapshot seen =
                base.seenAs(different.servers(), base.version() + (different.revision() << REVISION_BITS));
        ServerView view = virtualServers.view(viewer.virtualServer(), seen);
        latest.put(client, new Latest(shared, different, view));
        return view;
    }

    /** Nothing is different for this client any more, or the client has gone. */
    void forget(ClientKey client) {
        latest.remove(client);
    }
}

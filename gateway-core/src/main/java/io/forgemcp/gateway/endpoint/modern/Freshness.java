package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.ServerView;

/**
 * How long and for whom a list may be kept (MCP 2026-07-28, Caching): as short and as narrow as its most demanding part.
 * Servers of older revisions say nothing about it, so what comes from them is not kept at all.
 */
final class Freshness {
    private long ttlMillis = Long.MAX_VALUE;
    private boolean shared;

    /** @param uniform whether all callers see the same */
    Freshness(ServerView view, CatalogSnapshot catalog, boolean uniform) {
        shared = uniform;
        for (ServiceName service : view.services()) {
            ServerCatalog part = catalog.server(service).orElse(null);
            if (part == null || !part.isLearnt() || part.caching() == null) {
                ttlMillis = 0;
                shared = false;
            } else {
                ttlMillis = Math.min(ttlMillis, part.caching().ttlMillis());
                shared &= part.caching().isPublic();
            }
        }
        if (view.services().isEmpty()) {
            ttlMillis = 0;
        }
    }

    long ttlMillis() {
        return ttlMillis;
    }

    String scope() {
        return shared ? "public" : "private";
    }
}

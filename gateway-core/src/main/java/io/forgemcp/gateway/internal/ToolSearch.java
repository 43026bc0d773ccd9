package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.routing.ToolDocument;
import io.forgemcp.gateway.routing.ToolMatch;
import io.forgemcp.gateway.routing.ToolRouter;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.ServerView;
import io.forgemcp.gateway.virtualserver.VirtualServers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Search over every tool of the catalog with the router that the gateway was given. The router learns of a changed
 * catalog when somebody searches, so that changes nobody asks about cost nothing. Thread-safe.
 */
public final class ToolSearch {
    private final VirtualServers virtualServers;
    private final ToolRouter router;
    private final Executor worker;
    private final Consumer<List<ServiceName>> onHits;
    /** Touched only on the worker. */
    private long indexed = CatalogSnapshot.EMPTY.version() - 1;

    /**
     * @param worker runs one task after the other
     * @param onHits told of the services whose tools were found, best first: one of them will probably be called
     */
    public ToolSearch(
            VirtualServers virtualServers, ToolRouter router, Executor worker, Consumer<List<ServiceName>> onHits) {
        this.virtualServers = virtualServers;
        this.router = router;
        this.worker = worker;
        this.onHits = onHits;
    }

    /** The tools that fit, best first. Wakes nobody. */
    public CompletionStage<List<ToolMatch>> search(String query, int limit) {
        return CompletableFuture.supplyAsync(
                () -> {
                    ServerView everything = virtualServers.view(null);
                    if (everything.catalogVersion() != indexed) {
                        router.index(documents(everything));
                        indexed = everything.catalogVersion();
                    }
                    List<ToolMatch> matches = router.search(query, limit);
                    announce(everything, matches);
                    return matches;
                },
                worker);
    }

    private void announce(ServerView view, List<ToolMatch> matches) {
        List<ServiceName> services = new ArrayList<>();
        for (ToolMatch match : matches) {
            view.tools().entries().stream()
                    .filter(tool -> tool.name().equals(match.tool().name()))
                    .findFirst()
                    .ifPresent(tool -> services.add(tool.route().service()));
        }
        onHits.accept(services);
    }

    private static List<ToolDocument> documents(ServerView view) {
        List<ToolDocument> documents = new ArrayList<>();
        for (ExposedList.Entry tool : view.tools().entries()) {
            String description = tool.json().textMember("description");
            documents.add(new ToolDocument(tool.name(), description == null ? "" : description, keywords(tool)));
        }
        return documents;
    }

    private static List<String> keywords(ExposedList.Entry tool) {
        List<String> keywords = new ArrayList<>();
        keywords.add(tool.route().service().value());
        String title = tool.json().textMember("title");
        if (title != null) {
            keywords.add(title);
        }
        JsonSlice schema = tool.json().member("inputSchema");
        JsonSlice properties = schema == null ? null : schema.member("properties");
        if (properties != null) {
            properties.members((name, property) -> keywords.add(name));
        }
        return keywords;
    }
}

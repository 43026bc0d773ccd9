package io.forgemcp.examples.plugins;

import io.forgemcp.gateway.routing.ToolDocument;
import io.forgemcp.gateway.routing.ToolMatch;
import io.forgemcp.gateway.routing.ToolRouter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Believes that good tools have short names. */
final class ShortestNameRouter implements ToolRouter {
    private volatile List<ToolDocument> tools = List.of();

    @Override
    public void index(Collection<ToolDocument> documents) {
        tools = documents.stream()
                .sorted(Comparator.comparingInt(
                                (ToolDocument tool) -> tool.name().length())
                        .thenComparing(ToolDocument::name))
                .toList();
    }

    @Override
    public List<ToolMatch> search(String query, int limit, Predicate<ToolDocument> allowed) {
        return tools.stream()
                .filter(allowed)
                .limit(limit)
                .map(tool -> new ToolMatch(tool, 1.0 / tool.name().length(), 0.5))
                .toList();
    }
}

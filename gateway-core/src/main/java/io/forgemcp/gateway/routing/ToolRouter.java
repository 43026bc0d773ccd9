package io.forgemcp.gateway.routing;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * Finds the tools that fit a task. A plugin interface; keyword search ships with the core. Thread-safe: searches run
 * while the tools are replaced and see either all the old ones or all the new ones. May compute for milliseconds, and is
 * called on worker threads; must not wait for the network. A throw reaches the caller as a failed search and nobody else.
 */
public interface ToolRouter {
    /** Replaces everything that can be found. Called whenever the catalog changes. */
    void index(Collection<ToolDocument> tools);

    /**
     * The best tools for a task, best first; empty if none fits at all. The same index and query give the same answer.
     *
     * @param query the task in a person's or a model's words; anything may be in it, nothing may make it fail
     * @param limit how many at most, from 1
     * @param allowed which tools the caller may see; others do not even influence the confidence
     */
    List<ToolMatch> search(String query, int limit, Predicate<ToolDocument> allowed);

    /** As above over every tool. */
    default List<ToolMatch> search(String query, int limit) {
        return search(query, limit, tool -> true);
    }
}

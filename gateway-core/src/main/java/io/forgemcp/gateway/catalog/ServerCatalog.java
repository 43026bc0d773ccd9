package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one server offers, as last learnt. Survives the server's sleep, its death and a restart of the gateway.
 *
 * @param initialize the result of its handshake or of server/discover: capabilities, serverInfo, instructions; null if
 *     never learnt
 * @param learntAt when it was learnt; null if never
 * @param problem why it could not be learnt the last time, or why its tools cannot be called now; null if all is well
 * @param caching how long its lists may be kept; null if it does not say, as servers before 2026-07-28
 */
public record ServerCatalog(
        ServiceName service,
        @Nullable JsonSlice initialize,
        List<CatalogEntry> tools,
        List<CatalogEntry> prompts,
        List<CatalogEntry> resources,
        List<CatalogEntry> templates,
        @Nullable Instant learntAt,
        @Nullable String problem,
        @Nullable Caching caching) {
    /** Of a server that says nothing about caching. */
    public ServerCatalog(
            ServiceName service,
            @Nullable JsonSlice initialize,
            List<CatalogEntry> tools,
            List<CatalogEntry> prompts,
            List<CatalogEntry> resources,
            List<CatalogEntry> templates,
            @Nullable Instant learntAt,
            @Nullable String problem) {
        this(service, initialize, tools, prompts, resources, templates, learntAt, problem, null);
    }

    public ServerCatalog {
        tools = List.copyOf(tools);
        prompts = List.copyOf(prompts);
        resources = List.copyOf(resources);
        templates = List.copyOf(templates);
    }

    /** A server of which nothing is known yet. */
    public static ServerCatalog unknown(ServiceName service) {
        return new ServerCatalog(service, null, List.of(), List.of(), List.of(), List.of(), null, null);
    }

    public boolean isLearnt() {
        return learntAt != null;
    }

    /** Whether a client would see no difference. */
    boolean offersTheSameAs(ServerCatalog other) {
        return isLearnt() == other.isLearnt()
                && Objects.equals(problem, other.problem)
                && Objects.equals(initialize, other.initialize)
                && listsTheSameAs(other);
    }

    /** Whether the same is in its lists. */
    boolean listsTheSameAs(ServerCatalog other) {
        return tools.equals(other.tools)
                && prompts.equals(other.prompts)
                && resources.equals(other.resources)
                && templates.equals(other.templates);
    }

    /** How many entries its lists have together. */
    int entries() {
        return tools.size() + prompts.size() + resources.size() + templates.size();
    }

    /** These lists, with what the server has said of itself there. */
    ServerCatalog introducedAs(ServerCatalog other) {
        return new ServerCatalog(
                service,
                other.initialize,
                tools,
                prompts,
                resources,
                templates,
                learntAt,
                other.problem,
                other.caching);
    }

    /** The same catalog with a problem noted, or with none. */
    public ServerCatalog withProblem(@Nullable String reason) {
        return new ServerCatalog(service, initialize, tools, prompts, resources, templates, learntAt, reason, caching);
    }
}

package io.forgemcp.gateway.virtualserver;

import io.forgemcp.gateway.service.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a virtual server shows at one moment: its four lists and where every name in them leads. Built once for every
 * change of the catalog and shared by all callers. Immutable.
 */
public final class ServerView {
    private final VirtualServer server;
    private final long catalogVersion;
    private final ExposedList tools;
    private final ExposedList prompts;
    private final ExposedList resources;
    private final ExposedList templates;
    private final List<ServiceName> services;
    private final List<ServiceName> unlearnt;
    private final List<ExposedList.Problem> problems;
    private final String instructions;
    private final Map<String, Route> toolRoutes = new HashMap<>();
    private final Map<String, Route> toolRoutesBySlug = new HashMap<>();
    private final Map<String, Route> promptRoutes = new HashMap<>();
    private final Map<String, Route> resourceRoutes = new HashMap<>();
    private final List<TemplateRoute> templateRoutes = new ArrayList<>();

    private record TemplateRoute(UriTemplate template, Route route) {}

    ServerView(ServerViewBuilder from) {
        server = from.server();
        catalogVersion = from.catalogVersion();
        services = List.copyOf(from.services());
        unlearnt = List.copyOf(from.unlearnt());
        problems = List.copyOf(from.problems());
        instructions = from.instructions();
        tools = new ExposedList("tools", from.tools(), problems);
        prompts = new ExposedList("prompts", from.prompts(), problems);
        resources = new ExposedList("resources", from.resources(), problems);
        templates = new ExposedList("resourceTemplates", from.templates(), problems);
        index(from);
    }

    private void index(ServerViewBuilder from) {
        from.hiddenTools().forEach(entry -> toolRoutes.put(entry.name(), entry.route()));
        tools.entries().forEach(entry -> toolRoutes.put(entry.name(), entry.route()));
        toolRoutes.forEach((name, route) -> toolRoutesBySlug.putIfAbsent(ExposedNames.slug(name), route));
        prompts.entries().forEach(entry -> promptRoutes.put(entry.name(), entry.route()));
        resources.entries().forEach(entry -> resourceRoutes.put(entry.name(), entry.route()));
        for (ExposedList.Entry entry : templates.entries()) {
            // A wrapped one needs no match: its own name says where it leads.
            if (entry.name().equals(entry.route().original())) {
                templateRoutes.add(new TemplateRoute(new UriTemplate(entry.name()), entry.route()));
            }
        }
    }

    public VirtualServer server() {
        return server;
    }

    /** The version of the catalog snapshot that this view was built from. */
    public long catalogVersion() {
        return catalogVersion;
    }

    public ExposedList tools() {
        return tools;
    }

    public ExposedList prompts() {
        return prompts;
    }

    public ExposedList resources() {
        return resources;
    }

    public ExposedList templates() {
        return templates;
    }

    /** The services behind this virtual server that exist. */
    public List<ServiceName> services() {
        return services;
    }

    /** Those of its services of which nothing has been learnt yet: their tools are missing from the lists. */
    public List<ServiceName> unlearnt() {
        return unlearnt;
    }

    /** What is missing from the lists, and why. */
    public List<ExposedList.Problem> problems() {
        return problems;
    }

    /** What the servers tell a model about themselves; empty if none says anything. */
    public String instructions() {
        return instructions;
    }

    /**
     * Where the tool with this name leads; null if there is none. Clients that write underscores or capitals where
     * the exposed name has hyphens are understood as long as no other tool has that very name.
     */
    public @Nullable Route tool(String name) {
        Route route = toolRoutes.get(name);
        return route != null ? route : toolRoutesBySlug.get(ExposedNames.slug(name));
    }

    public @Nullable Route prompt(String name) {
        return promptRoutes.get(name);
    }

    /**
     * Whose resource it is: listed, wrapped by {@link #exposedUri}, or made from the most specific template that fits; null
     * if nobody's.
     */
    public @Nullable Route resource(String uri) {
        Route listed = resourceRoutes.get(uri);
        Route known = listed == null ? unwrapped(uri) : listed;
        if (known != null) {
            return known;
        }
        TemplateRoute best = null;
        for (TemplateRoute candidate : templateRoutes) {
            if (candidate.template().matches(uri)
                    && (best == null
                            || candidate.template().literalLength()
                                    > best.template().literalLength())) {
                best = candidate;
            }
        }
        return best == null ? null : new Route(best.route().service(), uri);
    }

    /**
     * Servers need not list everything that they have; where a virtual server has a single one it can be asked for what is
     * not known. Null if there are several, or one of which nothing is known.
     */
    public @Nullable Route unlistedResource(String uri) {
        boolean alone = server.services().size() == 1 && services.size() == 1 && unlearnt.isEmpty();
        return alone ? new Route(services.get(0), uri) : null;
    }

    private @Nullable Route unwrapped(String uri) {
        for (ServiceName service : services) {
            String inner = WrappedUri.unwrap(service, uri);
            if (inner != null) {
                return new Route(service, inner);
            }
        }
        return null;
    }

    /**
     * The URI under which a resource that this server mentions can be read here: its own, or a wrapped one if that would
     * lead elsewhere.
     */
    public String exposedUri(ServiceName service, String uri) {
        Route route = resource(uri);
        return route != null && route.service().equals(service) ? uri : WrappedUri.wrap(service, uri);
    }

    /** Whose template it is, written as it is listed or filled in; null if nobody's. */
    public @Nullable Route template(String template) {
        for (ExposedList.Entry entry : templates.entries()) {
            if (entry.name().equals(template)) {
                return entry.route();
            }
        }
        return resource(template);
    }

    /**
     * The services of which nothing is learnt yet and whose tool this may be: the one whose prefix the name bears, or any
     * of them where names bear no prefix.
     */
    public List<ServiceName> unlearntOwners(String toolName) {
        String slug = ExposedNames.slug(toolName);
        ServiceName owner = null;
        for (ServiceName service : unlearnt) {
            if (slug.startsWith(service.slug() + "-")
                    && (owner == null || service.slug().length() > owner.slug().length())) {
                owner = service;
            }
        }
        if (owner != null) {
            return List.of(owner);
        }
        return server.naming() == Naming.PREFIXED ? List.of() : unlearnt;
    }
}

package io.forgemcp.server.http;

import io.forgemcp.server.http.Route.Verb;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.util.URIUtil;
import org.jspecify.annotations.Nullable;

/** All routes of a listener, found by path. Every path is served bare and under {@code /v1}. Immutable. */
public final class RouteTable {
    private final List<Route> routes;
    private final Node root = new Node();

    public RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        for (Route route : routes) {
            Node node = root;
            for (String segment : route.template().substring(1).split("/", -1)) {
                node = segment.startsWith("{") ? node.variable() : node.literal(segment);
            }
            if (node.byVerb.put(route.verb(), route) != null) {
                throw new IllegalArgumentException(route.verb() + " " + route.template() + " is given twice.");
            }
        }
    }

    public List<Route> routes() {
        return routes;
    }

    /** @param path canonical, still percent-encoded where it matters */
    @Nullable
    Match find(String path) {
        int start = path.startsWith("/v1/") ? 4 : 1;
        return path.isEmpty() ? null : find(root, path, start, "");
    }

    private static @Nullable Match find(Node node, String path, int start, String variable) {
        if (start > path.length()) {
            return node.byVerb.isEmpty() ? null : new Match(node.byVerb, variable);
        }
        int slash = path.indexOf('/', start);
        int end = slash < 0 ? path.length() : slash;
        String segment = path.substring(start, end);
        Node literal = node.literals.get(segment);
        if (literal != null) {
            Match match = find(literal, path, end + 1, variable);
            if (match != null) {
                return match;
            }
        }
        Node any = node.variable;
        if (any == null || segment.isEmpty()) {
            return null;
        }
        // Templates have at most one variable that handlers look at: the first.
        return find(any, path, end + 1, variable.isEmpty() ? URIUtil.decodePath(segment) : variable);
    }

    /** A path that exists. */
    record Match(Map<Verb, Route> byVerb, String variable) {
        Set<Verb> verbs() {
            return byVerb.keySet();
        }
    }

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private final Map<Verb, Route> byVerb = new EnumMap<>(Verb.class);
        private @Nullable Node variable;

        private Node literal(String segment) {
            return literals.computeIfAbsent(segment, name -> new Node());
        }

        private Node variable() {
            if (variable == null) {
                variable = new Node();
            }
            return variable;
        }
    }
}

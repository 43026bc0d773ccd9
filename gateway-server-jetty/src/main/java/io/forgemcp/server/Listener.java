package io.forgemcp.server;

import io.forgemcp.server.http.Route;
import java.util.List;

/** One address to listen on, and what is served there. */
record Listener(Role role, ServerSettings settings, List<Route> routes) {
    Listener {
        routes = List.copyOf(routes);
    }
}

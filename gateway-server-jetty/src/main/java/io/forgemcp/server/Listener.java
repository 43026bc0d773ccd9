package io.forgemcp.server;

import io.forgemcp.server.http.Route;
import java.util.List;
import java.util.function.Supplier;

/**
 * One address to listen on, and what is served there.
 *
 * @param routes asked for once, at the first request at the latest
 */
record Listener(Role role, ServerSettings settings, Supplier<List<Route>> routes) {}

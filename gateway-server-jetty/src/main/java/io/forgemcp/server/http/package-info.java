/**
 * HTTP between Jetty and the gateway: routes, guards, bodies, answers and event streams. {@code GatewayServer} puts a
 * {@link io.forgemcp.server.http.RouteTable} behind a listener with it; it may call the endpoint contract, security and
 * errors of the core and nothing else there.
 */
@NullMarked
package io.forgemcp.server.http;

import org.jspecify.annotations.NullMarked;

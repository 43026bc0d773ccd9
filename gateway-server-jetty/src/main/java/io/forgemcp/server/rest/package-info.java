/**
 * The REST side of the listener, one small class a feature: health, services, gateways, tools, virtual servers, metrics,
 * events, and the OpenAPI document that is made from all routes. {@code GatewayServer} collects the routes; they read the
 * gateway through its public facade.
 */
@NullMarked
package io.forgemcp.server.rest;

import org.jspecify.annotations.NullMarked;

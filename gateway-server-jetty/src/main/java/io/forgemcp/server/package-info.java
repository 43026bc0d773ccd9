/**
 * The standalone gateway's listener. {@link io.forgemcp.server.GatewayServer} puts the gateway of the core behind Jetty;
 * the command line and embedders who want HTTP call it.
 */
@NullMarked
package io.forgemcp.server;

import org.jspecify.annotations.NullMarked;

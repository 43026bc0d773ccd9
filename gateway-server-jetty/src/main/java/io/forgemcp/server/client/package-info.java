/**
 * Jetty's HTTP client as the gateway's {@link io.forgemcp.gateway.transport.HttpExchanger}: cheaper a call than the JDK's.
 * The command line hands it to the gateway; the transports of the core call it.
 */
@NullMarked
package io.forgemcp.server.client;

import org.jspecify.annotations.NullMarked;

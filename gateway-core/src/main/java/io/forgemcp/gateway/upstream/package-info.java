/**
 * Conversations with MCP servers: the initialize handshake, matching answers to requests, sessions per client, the
 * circuit breaker. {@code catalog} and {@code internal} call it; it calls {@code transport}.
 */
@NullMarked
package io.forgemcp.gateway.upstream;

import org.jspecify.annotations.NullMarked;

/**
 * The JSON-RPC envelope of MCP: a message is bytes of which only the envelope is understood. Transports and endpoints
 * call it; it calls only {@code error}. There is no typed model of the protocol, so unknown fields survive.
 */
@NullMarked
package io.forgemcp.gateway.protocol;

import org.jspecify.annotations.NullMarked;

/**
 * The stateless generation of MCP towards clients, revision 2026-07-28, and the switch that tells it from the generation
 * with sessions. {@code GatewayBuilder} puts it together; it calls {@code endpoint} for what both generations share.
 */
@NullMarked
package io.forgemcp.gateway.endpoint.modern;

import org.jspecify.annotations.NullMarked;

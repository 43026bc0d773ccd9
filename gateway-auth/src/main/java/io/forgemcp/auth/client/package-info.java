/**
 * The gateway as OAuth client of the MCP servers behind it (MCP 2026-07-28, Authorization). {@link
 * io.forgemcp.auth.client.AuthorizingExchanger} stands before the HTTP client that the gateway's builder takes.
 */
@NullMarked
package io.forgemcp.auth.client;

import org.jspecify.annotations.NullMarked;

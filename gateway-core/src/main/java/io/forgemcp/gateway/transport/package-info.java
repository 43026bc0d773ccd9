/**
 * Bytes to and from one MCP server: stdio, streamable HTTP, HTTP+SSE and servers inside this process. {@code upstream}
 * calls it; it knows messages and streams, not sessions, tools or services.
 */
@NullMarked
package io.forgemcp.gateway.transport;

import org.jspecify.annotations.NullMarked;

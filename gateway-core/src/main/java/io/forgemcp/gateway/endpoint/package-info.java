/**
 * The HTTP-neutral MCP endpoint: one request in, one answer or one stream out. A web server adapts its requests to {@link
 * io.forgemcp.gateway.endpoint.McpEndpoint}; this package decides what every MCP method does.
 */
@NullMarked
package io.forgemcp.gateway.endpoint;

import org.jspecify.annotations.NullMarked;

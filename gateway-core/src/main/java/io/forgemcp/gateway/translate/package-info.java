/**
 * One MCP server behind another transport, as it is: a command on standard streams served over HTTP, a URL served on
 * standard streams. Nothing is aggregated or renamed. The program's {@code translate} and {@code stdio} commands and
 * embedders call it; it uses the endpoint's view of HTTP, the runtimes of {@code lifecycle} and the transports.
 */
@NullMarked
package io.forgemcp.gateway.translate;

import org.jspecify.annotations.NullMarked;

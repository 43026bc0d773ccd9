/**
 * Bundled MCP servers that run inside the gateway and need nothing else: files, knowledge, time and text. The server
 * module and embedders call {@link io.forgemcp.toolbox.Toolbox}; it calls only {@code gateway-core}.
 */
@NullMarked
package io.forgemcp.toolbox;

import org.jspecify.annotations.NullMarked;

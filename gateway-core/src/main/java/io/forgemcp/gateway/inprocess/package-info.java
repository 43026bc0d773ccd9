/**
 * MCP servers written in Java that run inside the gateway: a Java method becomes a tool. Embedders and the bundled toolbox
 * call it; it calls {@code protocol}.
 */
@NullMarked
package io.forgemcp.gateway.inprocess;

import org.jspecify.annotations.NullMarked;

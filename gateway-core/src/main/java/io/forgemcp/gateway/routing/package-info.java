/**
 * Which tools fit a task, and how surely. {@link io.forgemcp.gateway.routing.ToolRouter} is the plugin interface; keyword
 * search ships with the core.
 */
@NullMarked
package io.forgemcp.gateway.routing;

import org.jspecify.annotations.NullMarked;

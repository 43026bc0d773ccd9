/**
 * Threads for plugin code that blocks: virtual ones where the Java release has them, a bounded pool elsewhere. The
 * message path never runs here. This package calls nothing.
 */
@NullMarked
package io.forgemcp.gateway.thread;

import org.jspecify.annotations.NullMarked;

/**
 * Services as child processes of the gateway. {@link io.forgemcp.gateway.lifecycle.process.ProcessRuntime} is given to
 * the service manager; nothing else calls this package, and it calls no protocol code.
 */
@NullMarked
package io.forgemcp.gateway.lifecycle.process;

import org.jspecify.annotations.NullMarked;

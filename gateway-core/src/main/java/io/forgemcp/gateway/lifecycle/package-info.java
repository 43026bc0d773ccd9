/**
 * The seven states of a service and the lease that keeps it awake. Calls acquire a lease; a {@link
 * io.forgemcp.gateway.lifecycle.ServiceRuntime} plugin does the starting and stopping. It calls no protocol code.
 */
@NullMarked
package io.forgemcp.gateway.lifecycle;

import org.jspecify.annotations.NullMarked;

/**
 * What must outlive a restart, behind {@link io.forgemcp.gateway.store.GatewayStore}, a plugin interface. In memory by
 * default.
 */
@NullMarked
package io.forgemcp.gateway.store;

import org.jspecify.annotations.NullMarked;

/**
 * Wires the features together for {@link io.forgemcp.gateway.Gateway}. Not for use outside this module.
 */
@NullMarked
package io.forgemcp.gateway.internal;

import org.jspecify.annotations.NullMarked;

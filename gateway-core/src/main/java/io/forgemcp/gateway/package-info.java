/**
 * What an embedder sees first: {@link io.forgemcp.gateway.Gateway} and its builder. Only this package and
 * {@code internal} see every feature; features meet each other only through the records and interfaces of their own
 * packages.
 */
@NullMarked
package io.forgemcp.gateway;

import org.jspecify.annotations.NullMarked;

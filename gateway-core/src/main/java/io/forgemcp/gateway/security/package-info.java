/**
 * Who is calling, and may they. The seam for identity plugins; the shipped implementation lets loopback callers in and
 * nobody else. {@code endpoint} calls it.
 */
@NullMarked
package io.forgemcp.gateway.security;

import org.jspecify.annotations.NullMarked;

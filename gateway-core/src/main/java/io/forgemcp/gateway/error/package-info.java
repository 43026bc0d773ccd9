/**
 * The one family of failures: every one carries a stable code that maps to a JSON-RPC code and an HTTP status. Every
 * package may throw these; this package calls nothing.
 */
@NullMarked
package io.forgemcp.gateway.error;

import org.jspecify.annotations.NullMarked;

/**
 * Identity for the gateway: who a bearer token belongs to. The server and embedders hand {@link
 * io.forgemcp.auth.JwtAuthenticator} to the gateway's builder; it calls nothing of the gateway but the contracts of {@code
 * security}.
 */
@NullMarked
package io.forgemcp.auth;

import org.jspecify.annotations.NullMarked;

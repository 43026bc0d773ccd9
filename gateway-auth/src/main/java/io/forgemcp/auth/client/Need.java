package io.forgemcp.auth.client;

import java.util.Set;

/**
 * What a person has to agree to before the next call.
 *
 * @param scopes to ask for; empty to ask for none in particular
 * @param more whether a token is there that does not reach far enough
 */
record Need(Discovery.Found found, Set<String> scopes, boolean more) {}

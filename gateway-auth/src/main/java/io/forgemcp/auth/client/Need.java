package io.forgemcp.auth.client;

import java.util.Set;

/**
 * What a person has to agree to before the next call.
 *
 * @param scopes to ask for; empty to ask for none in particular
 */
record Need(Discovery.Found found, Set<String> scopes) {}

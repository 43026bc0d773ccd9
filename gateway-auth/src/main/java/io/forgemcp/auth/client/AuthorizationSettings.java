package io.forgemcp.auth.client;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the gateway introduces itself to authorization servers.
 *
 * @param redirect where browsers come back to: the gateway's own {@code /oauth/callback}
 * @param clientMetadata an HTTPS URL under which the gateway's client metadata document is published, and its client id
 *     where the authorization server takes such documents; null for none
 * @param registered clients that were registered by hand, by the issuer that knows them
 * @param offlineAccess whether refresh tokens are asked for by {@code offline_access} where that scope is offered
 * @param patience how long any one request to a metadata, registration or token endpoint may take, with its body
 */
public record AuthorizationSettings(
        URI redirect,
        @Nullable URI clientMetadata,
        Map<String, ClientRegistration> registered,
        boolean offlineAccess,
        Duration patience) {
    /** Ten seconds a request. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    public AuthorizationSettings {
        registered = Map.copyOf(registered);
    }
}

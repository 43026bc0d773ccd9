package io.forgemcp.auth.client;

import io.forgemcp.gateway.service.OAuthClient;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who the gateway is to the authorization servers of one service: as configured, by a metadata document, or as it has
 * registered itself. Thread-safe; registering blocks.
 */
final class Clients {
    private final OAuthClient wanted;
    private final TokenEndpoint endpoint;
    private final Runnable changed;
    private Map<String, ClientRegistration> registered;
    private @Nullable String pinned;

    /**
     * @param known what was registered before, by issuer
     * @param pinned the issuer that a configured secret was used with first; null if it was not used
     * @param changed told of every change, with no lock held
     */
    Clients(
            OAuthClient wanted,
            TokenEndpoint endpoint,
            Map<String, ClientRegistration> known,
            @Nullable String pinned,
            Runnable changed) {
        this.wanted = wanted;
        this.endpoint = endpoint;
        this.registered = known;
        this.pinned = pinned;
        this.changed = changed;
    }

    synchronized Map<String, ClientRegistration> registered() {
        return registered;
    }

    synchronized @Nullable String pinned() {
        return pinned;
    }

    /** Who the gateway is there; may register it. Refuses to show a configured secret to a second authorization server. */
    ClientRegistration at(AuthorizationServer place, URI redirect) {
        if (wanted.id() != null) {
            return configured(place);
        }
        URI document = wanted.metadata();
        if (document != null && place.takesMetadataDocuments()) {
            return new ClientRegistration(document.toString(), null, "none", null);
        }
        ClientRegistration known = registered().get(place.issuer());
        if (known != null && redirect.equals(known.redirect())) {
            return known;
        }
        ClientRegistration made = endpoint.register(place, redirect);
        remember(place.issuer(), made);
        return made;
    }

    /** The client of the configuration, which there must be. */
    ClientRegistration configured(AuthorizationServer place) {
        String id = wanted.id();
        if (id == null) {
            throw new IllegalStateException("no client is configured");
        }
        String only = wanted.issuer() == null ? pinned() : wanted.issuer();
        if (wanted.secret() != null && only != null && !only.equals(place.issuer())) {
            throw Refused.because("the server names the authorization server \"" + place.issuer()
                    + "\", but the configured client secret is for \"" + only
                    + "\". If that is right, write the new one into oauth.issuer.");
        }
        return new ClientRegistration(id, wanted.secret(), null, null);
    }

    /** A configured secret was taken here, and is shown nowhere else from now on. */
    void taken(AuthorizationServer place) {
        synchronized (this) {
            if (wanted.secret() == null || place.issuer().equals(pinned)) {
                return;
            }
            pinned = place.issuer();
        }
        changed.run();
    }

    /** The authorization server may have forgotten the gateway: next time it registers anew. */
    void forget(AuthorizationServer place) {
        remember(place.issuer(), null);
    }

    private void remember(String issuer, @Nullable ClientRegistration client) {
        synchronized (this) {
            Map<String, ClientRegistration> copy = new HashMap<>(registered);
            if (client == null) {
                copy.remove(issuer);
            } else {
                copy.put(issuer, client);
            }
            registered = Map.copyOf(copy);
        }
        changed.run();
    }
}

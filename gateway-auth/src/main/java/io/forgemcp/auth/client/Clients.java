package io.forgemcp.auth.client;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.OAuthClient;
import java.net.URI;
import java.time.InstantSource;
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
    private final InstantSource clock;
    private final Runnable changed;
    private Map<String, ClientRegistration> registered;
    private @Nullable String pinned;
    /** What a browser was sent away with last, if it did not come back. */
    private @Nullable ClientRegistration unanswered;

    /**
     * @param kept has what was registered before
     * @param changed told of every change, with no lock held
     */
    Clients(OAuthClient wanted, TokenEndpoint endpoint, GrantBook.Page kept, InstantSource clock, Runnable changed) {
        this.wanted = wanted;
        this.endpoint = endpoint;
        this.registered = kept.registered();
        this.pinned = kept.pinned();
        this.clock = clock;
        this.changed = changed;
    }

    synchronized Map<String, ClientRegistration> registered() {
        return registered;
    }

    synchronized @Nullable String pinned() {
        return pinned;
    }

    /**
     * Who the gateway is there, to send a browser away with; may register it. Refuses to show a configured secret to a
     * second authorization server.
     */
    ClientRegistration at(AuthorizationServer place, URI redirect) {
        if (wanted.id() != null) {
            return configured(place);
        }
        URI document = wanted.metadata();
        if (document != null && place.takesMetadataDocuments()) {
            return new ClientRegistration(document.toString(), null, "none");
        }
        ClientRegistration known = registered().get(place.issuer());
        boolean usable = known != null && redirect.equals(known.redirect()) && !endsSoon(known);
        if (known == null || !usable || isDoubtful(known)) {
            known = register(place, redirect, usable ? known : null);
        }
        synchronized (this) {
            unanswered = known;
        }
        return known;
    }

    private boolean endsSoon(ClientRegistration known) {
        return known.expires() != null
                && !clock.instant().plus(SingleUse.PATIENCE).isBefore(known.expires());
    }

    /**
     * An authorization server that has forgotten a client tells so the person, not the gateway: the browser just does not
     * come back.
     */
    private synchronized boolean isDoubtful(ClientRegistration known) {
        return known.equals(unanswered);
    }

    /** @param instead what to use where nothing can be registered now; null for nothing */
    private ClientRegistration register(AuthorizationServer place, URI redirect, @Nullable ClientRegistration instead) {
        ClientRegistration made;
        try {
            made = endpoint.register(place, redirect);
        } catch (GatewayException refused) {
            if (instead == null) {
                throw refused;
            }
            return instead;
        }
        remember(place.issuer(), made);
        return made;
    }

    /** A browser came back with it, so the authorization server knows it. */
    synchronized void answered(ClientRegistration client) {
        if (client.equals(unanswered)) {
            unanswered = null;
        }
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
        return new ClientRegistration(id, wanted.secret(), wanted.key(), null, null, null);
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

    /**
     * The authorization server does not know this client: next time the gateway registers anew.
     *
     * @return false if it did not register this one by itself, so that somebody else has to mend it
     */
    boolean forget(AuthorizationServer place, ClientRegistration client) {
        if (client.redirect() == null) {
            return false;
        }
        if (client.equals(registered().get(place.issuer()))) {
            remember(place.issuer(), null);
        }
        return true;
    }

    /** The gateway registers anew everywhere. */
    void forgetAll() {
        synchronized (this) {
            if (registered.isEmpty()) {
                return;
            }
            registered = Map.of();
        }
        changed.run();
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

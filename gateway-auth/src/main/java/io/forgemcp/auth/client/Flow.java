package io.forgemcp.auth.client;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One authorization that waits for a person (RFC 6749, section 4.1; RFC 7636).
 *
 * @param consent where it began, and ends
 * @param need what the person is asked for
 * @param redirect where the browser comes back to
 * @param state by which the answer is known
 * @param verifier the secret of PKCE
 * @param browser what only the browser that began knows: it is kept in a cookie
 */
record Flow(
        Consent consent,
        Need need,
        ClientRegistration client,
        URI redirect,
        String state,
        String verifier,
        String browser) {

    static Flow of(Consent consent, Need need, ClientRegistration client, URI redirect) {
        return new Flow(consent, need, client, redirect, Unguessable.text(), Unguessable.text(), Unguessable.text());
    }

    Discovery.Found found() {
        return need.found();
    }

    /** Where the browser is sent. */
    URI url() {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", client.id());
        query.put("redirect_uri", redirect.toString());
        query.put("state", state);
        query.put("code_challenge", Unguessable.digest(verifier));
        query.put("code_challenge_method", "S256");
        query.put("resource", found().resource());
        if (!need.scopes().isEmpty()) {
            query.put("scope", String.join(" ", need.scopes()));
        }
        String base = found().server().authorization().toString();
        return URI.create(base + (base.contains("?") ? "&" : "?") + ClientRequests.encode(query));
    }

    /** Without state, verifier and cookie. */
    @Override
    public String toString() {
        return "authorization by " + found().server().issuer();
    }
}

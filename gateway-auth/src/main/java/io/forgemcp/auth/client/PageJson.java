package io.forgemcp.auth.client;

import io.forgemcp.auth.client.GrantBook.Page;
import io.forgemcp.gateway.service.OAuthClient;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is kept of one service as JSON; read with the same checks as what an authorization server says. */
final class PageJson {
    private PageJson() {}

    static Map<String, Object> write(URI url, OAuthClient wanted, Page page) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("url", url.toString());
        json.put("wanted", wanted(wanted));
        Map<String, Object> registered = new LinkedHashMap<>();
        page.registered().forEach((issuer, client) -> registered.put(issuer, client(client)));
        json.put("registered", registered);
        put(json, "pinned", page.pinned());
        Granted granted = page.granted();
        if (granted != null) {
            json.put("resource", granted.found().resource());
            json.put("server", granted.found().server().toJson());
            json.put("client", client(granted.client()));
            json.put("scopes", List.copyOf(granted.scopes()));
            Tokens tokens = granted.tokens();
            json.put("access_token", tokens.access());
            put(json, "refresh_token", tokens.refresh());
            put(json, "expires", tokens.expires());
            put(json, "renewal", tokens.renewal());
        }
        return json;
    }

    /**
     * What a token was asked for by: with any of it changed, the token has rights that the configuration does not mean any
     * more, such as those of a person where the gateway shall have its own.
     */
    private static Map<String, Object> wanted(OAuthClient wanted) {
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "grant", wanted.grant());
        put(json, "client_id", wanted.id());
        put(json, "client_metadata_url", wanted.metadata());
        json.put("scopes", wanted.scopes().stream().sorted().distinct().toList());
        return json;
    }

    private static Map<String, Object> client(ClientRegistration client) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", client.id());
        if (client.redirect() != null) {
            // A secret that was not given to the gateway by itself stands in the configuration, and may change there.
            put(json, "secret", client.secret());
        }
        put(json, "method", client.method());
        put(json, "redirect", client.redirect());
        put(json, "expires", client.expires());
        return json;
    }

    private static void put(Map<String, Object> json, String key, @Nullable Object value) {
        if (value != null) {
            json.put(key, value.toString());
        }
    }

    /** Nothing if it was for another URL; no tokens if they were asked for by another configuration than is there now. */
    static Page read(Map<String, Object> json, URI url, OAuthClient wanted) {
        if (!url.toString().equals(json.get("url"))) {
            return Page.EMPTY;
        }
        Map<String, ClientRegistration> registered = new LinkedHashMap<>();
        object(json.get("registered")).forEach((issuer, client) -> registered.put(issuer, client(object(client))));
        Granted granted = json.containsKey("access_token") ? granted(json, url, wanted) : null;
        boolean same = granted != null
                && wanted(wanted).equals(json.get("wanted"))
                && (wanted.id() == null || wanted.id().equals(granted.client().id()))
                && (wanted.issuer() == null
                        || wanted.issuer().equals(granted.found().server().issuer()));
        return new Page(same ? granted : null, Map.copyOf(registered), find(json, "pinned"));
    }

    private static Granted granted(Map<String, Object> json, URI url, OAuthClient wanted) {
        String resource = text(json, "resource");
        if (!Discovery.covers(AuthorizationServer.uri(resource), url)) {
            throw Refused.because("the token is for another server.");
        }
        Map<String, Object> server = object(json.get("server"));
        AuthorizationServer place = AuthorizationServer.of(text(server, "issuer"), server);
        return new Granted(
                new Discovery.Found(resource, List.of(), place),
                client(object(json.get("client"))).with(wanted),
                new LinkedHashSet<>(AuthorizationServer.texts(json.get("scopes"))),
                new Tokens(
                        text(json, "access_token"),
                        find(json, "refresh_token"),
                        instant(json, "expires"),
                        instant(json, "renewal")));
    }

    private static ClientRegistration client(Map<String, Object> json) {
        String redirect = find(json, "redirect");
        return new ClientRegistration(
                text(json, "id"),
                find(json, "secret"),
                find(json, "method"),
                redirect == null ? null : AuthorizationServer.uri(redirect),
                instant(json, "expires"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("not an object");
    }

    private static String text(Map<String, Object> json, String key) {
        return Objects.requireNonNull(find(json, key), key);
    }

    private static @Nullable Instant instant(Map<String, Object> json, String key) {
        String text = find(json, key);
        return text == null ? null : Instant.parse(text);
    }

    private static @Nullable String find(Map<String, Object> json, String key) {
        return json.get(key) instanceof String text ? text : null;
    }
}

package io.forgemcp.auth.client;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.forgemcp.auth.client.Documents.Document;
import io.forgemcp.gateway.error.GatewayException;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Registers clients and gets tokens (RFC 7591, RFC 6749). Blocks on the network. Thread-safe. */
final class TokenEndpoint {
    /** The last second of the year 9999: more of them would not fit what dates are written with. */
    private static final long FAR = 253_402_300_799L;

    private final Documents documents;
    private final ClientRequests requests;
    private final InstantSource clock;

    TokenEndpoint(Documents documents, InstantSource clock) {
        this.documents = documents;
        this.requests = new ClientRequests(documents, clock);
        this.clock = clock;
    }

    ClientRegistration register(AuthorizationServer server, URI redirect) {
        URI place = server.registration();
        if (place == null) {
            throw Refused.because("the authorization server \"" + server.issuer()
                    + "\" registers no clients by itself: register the gateway there and configure its client id.");
        }
        String method = server.wantedAuthMethod();
        Map<String, Object> wish = new LinkedHashMap<>();
        wish.put("client_name", "Forge MCP Gateway");
        wish.put("redirect_uris", List.of(redirect.toString()));
        wish.put("grant_types", List.of("authorization_code", "refresh_token"));
        wish.put("response_types", List.of("code"));
        wish.put("application_type", Reach.isLoopback(redirect.getHost()) ? "native" : "web");
        wish.put("token_endpoint_auth_method", method);
        Document answer = documents.post(place, "application/json", JSONObjectUtils.toJSONString(wish), null);
        if (answer.status() / 100 != 2
                || answer.json() == null
                || !(answer.json().get("client_id") instanceof String id)) {
            throw Refused.because("the authorization server \"" + server.issuer()
                    + "\" did not register the gateway (HTTP " + answer.status() + ").");
        }
        Object secret = answer.json().get("client_secret");
        Object granted = answer.json().get("token_endpoint_auth_method");
        return new ClientRegistration(
                id,
                secret instanceof String text ? text : null,
                granted instanceof String text ? text : method,
                redirect,
                secret != null
                                && answer.json().get("client_secret_expires_at") instanceof Number end
                                && end.longValue() > 0
                        ? Instant.ofEpochSecond(Math.min(end.longValue(), FAR))
                        : null);
    }

    Tokens exchange(Flow flow, String code) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", flow.redirect().toString());
        form.put("code_verifier", flow.verifier());
        form.put("resource", flow.found().resource());
        Document answer = ask(flow.found().server(), flow.client(), form);
        Tokens tokens = tokens(answer, null);
        if (tokens == null) {
            throw noToken(flow.found().server(), answer);
        }
        return tokens;
    }

    /** A token for the client itself (RFC 6749, section 4.4). */
    Tokens own(Need need, ClientRegistration client) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "client_credentials");
        form.put("resource", need.found().resource());
        if (!need.scopes().isEmpty()) {
            form.put("scope", String.join(" ", need.scopes()));
        }
        Document answer = ask(need.found().server(), client, form);
        Tokens tokens = tokens(answer, null);
        if (tokens == null) {
            throw noToken(need.found().server(), answer);
        }
        return tokens;
    }

    /**
     * Renews a token. A refresh token goes on to count where the server gives no other.
     *
     * @return null if the server says that what was granted is over
     */
    @Nullable
    Tokens refresh(Granted granted) {
        String refresh = granted.tokens().refresh();
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", refresh == null ? "" : refresh);
        form.put("resource", granted.found().resource());
        AuthorizationServer server = granted.found().server();
        Document answer = ask(server, granted.client(), form);
        Tokens tokens = tokens(answer, refresh);
        if (tokens == null && !isOver(answer)) {
            throw noToken(server, answer);
        }
        return tokens;
    }

    /** A proxy in between also answers with 400 or 401, so the status alone ends nothing (RFC 6749, section 5.2). */
    private static boolean isOver(Document answer) {
        return answer.status() / 100 == 4 && "invalid_grant".equals(error(answer));
    }

    private static @Nullable Object error(Document answer) {
        return answer.json() == null ? null : answer.json().get("error");
    }

    private Document ask(AuthorizationServer server, ClientRegistration client, Map<String, String> form) {
        return requests.ask(server.token(), server, client, form);
    }

    private @Nullable Tokens tokens(Document answer, @Nullable String refresh) {
        Map<String, Object> json = answer.json();
        if (answer.status() != 200
                || json == null
                || !(json.get("access_token") instanceof String access)
                || !access.matches("[\\x21-\\x7e]+")
                || !"bearer".equalsIgnoreCase(String.valueOf(json.get("token_type")))) {
            return null;
        }
        return Tokens.lasting(
                access,
                json.get("refresh_token") instanceof String next ? next : refresh,
                json.get("expires_in") instanceof Number seconds ? seconds.longValue() : 0,
                clock.instant());
    }

    private static GatewayException noToken(AuthorizationServer server, Document answer) {
        String reason = "the token endpoint of \"" + server.issuer() + "\" gave no bearer token (HTTP "
                + answer.status() + ")" + Refused.code(error(answer)) + ".";
        Object error = answer.status() / 100 == 4 ? error(answer) : null;
        if ("invalid_client".equals(error)) {
            return new UnknownClient(reason);
        }
        // Some say that access is denied where the client has not been given these scopes.
        return "invalid_scope".equals(error) || "access_denied".equals(error)
                ? new ScopeRefused(reason)
                : Refused.because(reason);
    }
}

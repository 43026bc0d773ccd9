package io.forgemcp.auth.client;

import io.forgemcp.auth.client.Documents.Document;
import io.forgemcp.gateway.service.ClientKey;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Asks endpoints of an authorization server in the name of a client (RFC 6749, section 2.3). Blocks. Thread-safe. */
final class ClientRequests {
    private final Documents documents;
    private final InstantSource clock;

    ClientRequests(Documents documents, InstantSource clock) {
        this.documents = documents;
        this.clock = clock;
    }

    /** @param form what is asked; who asks is added where it belongs there */
    Document ask(URI place, AuthorizationServer server, ClientRegistration client, Map<String, String> form) {
        String authorization = null;
        String secret = client.secret() == null ? "" : client.secret();
        switch (server.authMethod(client)) {
            case "client_secret_basic" -> authorization = basic(client.id(), secret);
            case "client_secret_post" -> {
                form.put("client_id", client.id());
                form.put("client_secret", secret);
            }
            case "private_key_jwt" -> {
                ClientKey key = Objects.requireNonNull(client.key(), "key");
                form.put("client_id", client.id());
                form.put("client_assertion_type", Assertion.TYPE);
                form.put("client_assertion", Assertion.of(client.id(), key, server.issuer(), clock.instant()));
            }
            default -> form.put("client_id", client.id());
        }
        return documents.post(place, "application/x-www-form-urlencoded", encode(form), authorization);
    }

    static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String basic(String id, String secret) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString((encode(id) + ":" + encode(secret)).getBytes(StandardCharsets.UTF_8));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

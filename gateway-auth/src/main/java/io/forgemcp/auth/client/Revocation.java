package io.forgemcp.auth.client;

import io.forgemcp.auth.client.Documents.Document;
import io.forgemcp.gateway.error.GatewayException;
import java.net.URI;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives tokens back to the authorization server (RFC 7009). Blocks on the network. Thread-safe. */
final class Revocation {
    private static final Logger LOG = LoggerFactory.getLogger(Revocation.class);

    private final String service;
    private final ClientRequests requests;

    Revocation(String service, Documents documents, InstantSource clock) {
        this.service = service;
        this.requests = new ClientRequests(documents, clock);
    }

    /** Both tokens of a grant: an authorization server need not take back those that came of a refresh token. */
    GivenUp of(Granted granted) {
        AuthorizationServer server = granted.found().server();
        URI place = server.revocation();
        if (place == null) {
            return GivenUp.HERE;
        }
        String refresh = granted.tokens().refresh();
        boolean taken = true;
        try {
            if (refresh != null) {
                taken = isTaken(granted, place, refresh, "refresh_token");
            }
            taken &= isTaken(granted, place, granted.tokens().access(), "access_token");
        } catch (GatewayException refused) {
            LOG.warn(
                    "event=oauth_not_revoked service={} authorization_server={} reason=\"{}\"",
                    service,
                    server.issuer(),
                    refused.getMessage());
            return GivenUp.NOT_TOLD;
        }
        return taken ? GivenUp.EVERYWHERE : GivenUp.NOT_TOLD;
    }

    private boolean isTaken(Granted granted, URI place, String token, String kind) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("token", token);
        form.put("token_type_hint", kind);
        Document answer = requests.ask(place, granted.found().server(), granted.client(), form);
        if (answer.status() != 200) {
            LOG.warn(
                    "event=oauth_not_revoked service={} authorization_server={} token={} status={}",
                    service,
                    granted.found().server().issuer(),
                    kind,
                    answer.status());
        }
        return answer.status() == 200;
    }
}

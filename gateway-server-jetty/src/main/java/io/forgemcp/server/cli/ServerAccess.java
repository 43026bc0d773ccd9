package io.forgemcp.server.cli;

import io.forgemcp.auth.client.AuthorizingExchanger;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.server.ServerSettings;
import io.forgemcp.server.client.JettyHttpExchanger;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.rest.OAuthRoutes;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the gateway an OAuth client of the servers behind it. Used by one thread. */
final class ServerAccess {
    private static final String SECRET = "AUTH_ENCRYPTION_SECRET";

    private final @Nullable URI publicUrl;
    private final byte @Nullable [] secret;
    private @Nullable AuthorizingExchanger exchanger;

    /** @throws CommandFailure if the public URL is none */
    ServerAccess(Environment environment) {
        publicUrl = PublicUrl.of(environment).map(PublicUrl::url).orElse(null);
        String text = ListenOptions.variable(environment, SECRET, "");
        secret = text.isEmpty() ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** The HTTP client towards servers, with what they granted earlier. */
    HttpExchanger open(GatewayStore store) {
        exchanger = new AuthorizingExchanger(new JettyHttpExchanger(), store, secret, InstantSource.system());
        return exchanger;
    }

    /** @param settings of the gateway's listener; a port of 0 is not known yet */
    void expect(ServerSettings settings) {
        if (publicUrl != null || settings.port() != 0) {
            listensAt(settings.port());
        }
    }

    /** The browser of whoever authorises the gateway runs on its machine, or reaches it by a tunnel or a public URL. */
    void listensAt(int port) {
        exchanger().listensAt(publicUrl != null ? publicUrl : URI.create("http://127.0.0.1:" + port));
    }

    /** The pages, for a gateway that knows all its services. */
    List<Route> routes(Gateway gateway) {
        exchanger()
                .keepOnly(gateway.services().statuses().stream()
                        .map(ServiceStatus::name)
                        .map(Object::toString)
                        .toList());
        return new OAuthRoutes(gateway, exchanger()).routes();
    }

    private AuthorizingExchanger exchanger() {
        return Objects.requireNonNull(exchanger, "opened");
    }
}

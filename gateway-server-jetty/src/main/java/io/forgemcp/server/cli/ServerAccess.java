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
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the gateway an OAuth client of the servers behind it. Used by one thread. */
final class ServerAccess {
    private static final String PUBLIC_URL = "GATEWAY_PUBLIC_URL";
    private static final Pattern THIS_MACHINE = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
    private static final String SECRET = "AUTH_ENCRYPTION_SECRET";

    private final @Nullable URI publicUrl;
    private final byte @Nullable [] secret;
    private @Nullable AuthorizingExchanger exchanger;

    /** @throws CommandFailure if the public URL is none */
    ServerAccess(Environment environment) {
        String url = ListenOptions.variable(environment, PUBLIC_URL, "");
        publicUrl = url.isEmpty() ? null : publicUrl(url);
        String text = ListenOptions.variable(environment, SECRET, "");
        secret = text.isEmpty() ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static URI publicUrl(String text) {
        try {
            URI url = new URI(text);
            String path = url.getRawPath();
            boolean plain = "http".equals(url.getScheme())
                    && THIS_MACHINE.matcher(String.valueOf(url.getHost())).matches();
            if (("https".equals(url.getScheme()) || plain)
                    && url.getHost() != null
                    && url.getUserInfo() == null
                    && url.getRawQuery() == null
                    && (path == null || path.isEmpty() || path.equals("/"))) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new CommandFailure(
                ExitCode.CONFIGURATION,
                PUBLIC_URL + "=\"" + text
                        + "\" is not an address that browsers may come back to. Write https:// and a host,"
                        + " for example https://gateway.example.com, without a path.");
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

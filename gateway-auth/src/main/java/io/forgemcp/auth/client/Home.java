package io.forgemcp.auth.client;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Where browsers reach the gateway, once it is known. Thread-safe. */
final class Home {
    static final String CALLBACK = "/oauth/callback";
    static final String START = "/oauth/start/";

    private volatile @Nullable URI base;

    void is(URI known) {
        base = known;
    }

    /** @throws io.forgemcp.gateway.error.GatewayException while the gateway does not listen */
    URI at(String path) {
        URI known = base;
        if (known == null) {
            throw Refused.because("it does not listen yet.");
        }
        return known.resolve(path);
    }

    /** The page that begins an authorization, for people. */
    String start(String service) {
        URI known = base;
        return known == null
                ? START + service + " of a gateway that serves"
                : known.resolve(START + service).toString();
    }
}

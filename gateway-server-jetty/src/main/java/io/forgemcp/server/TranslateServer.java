package io.forgemcp.server;

import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.translate.Bridge;
import io.forgemcp.gateway.translate.BridgeSettings;
import io.forgemcp.server.rest.TranslateRoutes;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A bridge behind one HTTP listener. It listens once {@link #start} returns. Thread-safe. */
public final class TranslateServer implements AutoCloseable {
    private static final CompletionStage<Caller> ANYBODY = CompletableFuture.completedStage(Caller.LOCAL);
    /** Whoever can reach the address may use the server behind it; web pages are kept out by Host and Origin. */
    private static final Authenticator OPEN = credentials -> ANYBODY;

    private final GatewayServer listener;

    private TranslateServer(GatewayServer listener) {
        this.listener = listener;
    }

    /**
     * Listens for this bridge, which the caller starts and closes itself.
     *
     * @param faces what is served; empty for everything
     * @throws java.io.UncheckedIOException if the address is in use or not to be had
     */
    public static TranslateServer start(
            Bridge bridge,
            BridgeSettings bridgeSettings,
            Set<TranslateRoutes.Face> faces,
            Timers timers,
            ServerSettings settings) {
        TranslateRoutes routes = new TranslateRoutes(bridge, bridgeSettings, faces);
        // Like the gateway's own it carries the calls; there is no other.
        Listener only = new Listener(Role.GATEWAY, settings, routes::all);
        return new TranslateServer(GatewayServer.listen(List.of(only), OPEN, timers, () -> {}));
    }

    /** The port it listens on. */
    public int port() {
        return listener.port();
    }

    /** Its base URL, without a path. */
    public URI uri() {
        return listener.uri();
    }

    /** Refuses new requests, ends streams, gives calls under way a few seconds, and stops. Idempotent. */
    @Override
    public void close() {
        listener.close();
    }
}

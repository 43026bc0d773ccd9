package io.forgemcp.auth.client;

import io.forgemcp.gateway.thread.Workers;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client that gets itself authorised: a server that answers 401 with a bearer challenge is given a token from then
 * on, after a person has agreed. Until then its calls fail with {@code UPSTREAM_AUTHORIZATION_NEEDED} and the URL to open.
 * Requests with an {@code Authorization} header of their own pass through as they are. Thread-safe; never blocks.
 *
 * <p>Tokens and registrations are kept in memory only.
 */
public final class AuthorizingExchanger implements HttpExchanger {
    /** Servers that may wait for or have an authorization; more are passed through as they are. */
    private static final int MAX_SERVERS = 1000;

    private final HttpExchanger http;
    private final AuthorizationSettings settings;
    private final InstantSource clock;
    private final ExecutorService worker = Workers.blocking("oauth");
    private final ConcurrentHashMap<String, ClientRegistration> clients = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<ServerGrant> grants = new CopyOnWriteArrayList<>();

    /** @param http does the work, and is closed with this */
    public AuthorizingExchanger(HttpExchanger http, AuthorizationSettings settings, InstantSource clock) {
        this.http = http;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public UpstreamChannel.Exchange send(Call call, Listener listener) {
        if (hasOwnAuthorization(call.headers())) {
            return http.send(call, listener);
        }
        Attempt attempt = new Attempt(http, this, call, listener);
        attempt.start(find(call.url()));
        return attempt;
    }

    /**
     * A browser came back.
     *
     * @param answer the parameters of its request, decoded
     * @return done when the server may be called; fails with {@code UPSTREAM_REFUSED} and the reason
     */
    public CompletionStage<Void> complete(Map<String, String> answer) {
        String state = answer.get("state");
        if (state != null) {
            for (ServerGrant grant : grants) {
                Flow flow = grant.take(state);
                if (flow != null) {
                    return grant.complete(flow, answer);
                }
            }
        }
        return CompletableFuture.failedStage(Refused.because(
                "nothing waits for this answer: it was used, is older than ten minutes or not the gateway's."));
    }

    @Nullable
    ServerGrant find(URI url) {
        for (ServerGrant grant : grants) {
            if (grant.covers(url)) {
                return grant;
            }
        }
        return null;
    }

    /** @return null if there are too many servers */
    synchronized @Nullable ServerGrant findOrAdd(URI url) {
        ServerGrant known = find(url);
        if (known != null || grants.size() >= MAX_SERVERS) {
            return known;
        }
        ServerGrant added = new ServerGrant(url, settings, clients, clock, worker);
        grants.add(added);
        return added;
    }

    private static boolean hasOwnAuthorization(List<String> headers) {
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase("Authorization")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void evict(URI origin) {
        http.evict(origin);
    }

    @Override
    public void close() {
        worker.shutdownNow();
        http.close();
    }
}

package io.forgemcp.auth.client;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one server has granted to the gateway, or is asked to. However many calls find out that something is missing, one
 * flow and one refresh are under way. Thread-safe; blocks only on the worker.
 */
final class ServerGrant {
    private static final Logger LOG = LoggerFactory.getLogger(ServerGrant.class);
    private static final Duration PATIENCE_WITH_PEOPLE = Duration.ofMinutes(10);
    /** A token is renewed this long before it ends, so that it does not end on its way. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    /** A server that is never content with the scopes it asked for is given up after so many rounds. */
    private static final int MAX_STEP_UPS = 3;

    private final URI server;
    private final AuthorizationSettings settings;
    private final Map<String, ClientRegistration> clients;
    private final InstantSource clock;
    private final Executor worker;
    private final Discovery discovery;
    private final TokenEndpoint endpoint;

    private Discovery.@Nullable Found found;
    private @Nullable ClientRegistration client;
    private @Nullable Tokens tokens;
    private Set<String> scopes = Set.of();
    private int stepUps;
    private @Nullable CompletableFuture<Flow> pending;
    private @Nullable CompletableFuture<String> refreshing;

    /** @param clients that registered themselves, by issuer; shared by all servers */
    ServerGrant(
            URI server,
            AuthorizationSettings settings,
            ConcurrentHashMap<String, ClientRegistration> clients,
            InstantSource clock,
            Executor worker) {
        this.server = server;
        this.settings = settings;
        this.clients = clients;
        this.clock = clock;
        this.worker = worker;
        Documents documents = new Documents(settings.patience(), Documents.isLoopback(server.getHost()));
        this.discovery = new Discovery(documents);
        this.endpoint = new TokenEndpoint(documents, clock);
    }

    /** Whether a request to this URL may carry the token. */
    synchronized boolean covers(URI url) {
        return Discovery.covers(found == null ? server : URI.create(found.resource()), url);
    }

    /** The token for the next request; none if the server has not asked for one yet; fails while a person is waited for. */
    synchronized CompletionStage<@Nullable String> token() {
        Tokens current = tokens;
        if (current == null) {
            return pending == null || isOver(pending)
                    ? CompletableFuture.completedStage(null)
                    : pending.thenApply(this::needed);
        }
        if (current.expires() != null
                && current.refresh() != null
                && !clock.instant().isBefore(current.expires().minus(MARGIN))) {
            return refresh(current, new Challenge(401, null, null, null));
        }
        return CompletableFuture.completedStage(current.access());
    }

    /**
     * The server wants something else.
     *
     * @param used the token that was refused; null if there was none
     * @param renewed whether that one was fresh already, so that another refresh is of no use
     * @return the token to try again with; fails if a person is needed
     */
    synchronized CompletionStage<@Nullable String> challenged(
            Challenge challenge, @Nullable String used, boolean renewed) {
        Tokens current = tokens;
        if (current != null && used != null && !current.access().equals(used)) {
            return CompletableFuture.completedStage(current.access());
        }
        if (challenge.wantsMoreScope()) {
            // Calls that find the same lack at the same time make one round.
            if ((pending == null || isOver(pending)) && ++stepUps > MAX_STEP_UPS) {
                return CompletableFuture.failedStage(Refused.because("the server still wants more scope after "
                        + MAX_STEP_UPS + " authorizations. Ask its operator which rights the call needs."));
            }
            return begin(challenge).thenApply(this::needed);
        }
        if (current != null && current.refresh() != null && !renewed) {
            return refresh(current, challenge);
        }
        return begin(challenge).thenApply(this::needed);
    }

    private synchronized CompletableFuture<@Nullable String> refresh(Tokens old, Challenge challenge) {
        Discovery.Found place = found;
        ClientRegistration who = client;
        String refresh = old.refresh();
        if (place == null || who == null || refresh == null) {
            return begin(challenge).thenApply(this::needed);
        }
        if (refreshing == null || refreshing.isDone()) {
            refreshing = CompletableFuture.supplyAsync(() -> endpoint.refresh(place, who, refresh), worker)
                    .thenApply(this::renewed);
        }
        return refreshing
                .handle((token, failure) -> failure == null
                        ? CompletableFuture.<@Nullable String>completedFuture(token)
                        : begin(challenge).<@Nullable String>thenApply(this::needed))
                .thenCompose(next -> next);
    }

    private synchronized String renewed(Tokens next) {
        tokens = next;
        return next.access();
    }

    private synchronized CompletableFuture<Flow> begin(Challenge challenge) {
        if (pending != null && !isOver(pending)) {
            return pending;
        }
        if (!challenge.wantsMoreScope()) {
            tokens = null;
        }
        Set<String> before = challenge.wantsMoreScope() ? scopes : Set.of();
        pending = CompletableFuture.supplyAsync(() -> prepare(challenge, before), worker);
        return pending;
    }

    private Flow prepare(Challenge challenge, Set<String> before) {
        Discovery.Found place = discovery.find(server, challenge.resourceMetadata());
        Set<String> wanted = new LinkedHashSet<>(before);
        if (challenge.scope() != null) {
            wanted.addAll(Arrays.asList(challenge.scope().strip().split(" +")));
        } else {
            wanted.addAll(place.scopes());
        }
        if (settings.offlineAccess() && place.server().scopes().contains("offline_access")) {
            wanted.add("offline_access");
        }
        wanted.remove("");
        Flow flow =
                Flow.of(place, client(place.server()), wanted, clock.instant().plus(PATIENCE_WITH_PEOPLE));
        LOG.warn(
                "A person has to authorise the gateway: server={} authorization_server={}; the next call names the URL.",
                server.getAuthority(),
                place.server().issuer());
        return flow;
    }

    private ClientRegistration client(AuthorizationServer place) {
        ClientRegistration configured = settings.registered().get(place.issuer());
        if (configured != null) {
            return configured;
        }
        URI document = settings.clientMetadata();
        if (document != null && place.takesMetadataDocuments()) {
            return new ClientRegistration(document.toString(), null, "none");
        }
        return clients.computeIfAbsent(place.issuer(), issuer -> endpoint.register(place, settings.redirect()));
    }

    private <T extends @Nullable Object> T needed(Flow flow) {
        throw new GatewayException(
                ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED,
                "A person has to authorise the gateway: open " + flow.url(settings.redirect())
                        + " within ten minutes, then repeat the call.");
    }

    /** Whether a flow failed to begin or nobody came in time. */
    private boolean isOver(CompletableFuture<Flow> flow) {
        if (!flow.isDone()) {
            return false;
        }
        return flow.isCompletedExceptionally() || !clock.instant().isBefore(expires(flow));
    }

    private static Instant expires(CompletableFuture<Flow> flow) {
        return flow.join().expires();
    }

    /**
     * Takes the flow that waits under this state out, so that no second answer finds it.
     *
     * @return null if no flow waits under it, or not any more
     */
    synchronized @Nullable Flow take(String state) {
        CompletableFuture<Flow> waiting = pending;
        if (waiting == null
                || !waiting.isDone()
                || isOver(waiting)
                || !waiting.join().state().equals(state)) {
            return null;
        }
        pending = null;
        return waiting.join();
    }

    /** The answer to a flow that was taken, RFC 9207 first. */
    CompletionStage<Void> complete(Flow flow, Map<String, String> answer) {
        AuthorizationServer from = flow.found().server();
        String issuer = answer.get("iss");
        if (issuer == null ? from.namesItself() : !issuer.equals(from.issuer())) {
            return CompletableFuture.failedStage(
                    Refused.because("the answer does not say that it is from \"" + from.issuer() + "\"."));
        }
        String code = answer.get("code");
        if (code == null || answer.containsKey("error")) {
            return CompletableFuture.failedStage(Refused.because("\"" + from.issuer() + "\" answered with an error."));
        }
        return CompletableFuture.runAsync(
                () -> granted(flow, endpoint.exchange(flow, code, settings.redirect())), worker);
    }

    private synchronized void granted(Flow flow, Tokens next) {
        found = flow.found();
        client = flow.client();
        scopes = flow.scopes();
        tokens = next;
        LOG.info("The gateway is authorised: server={}", server.getAuthority());
    }
}

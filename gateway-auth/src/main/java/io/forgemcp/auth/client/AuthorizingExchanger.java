package io.forgemcp.auth.client;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.thread.Workers;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client that gets itself authorised by services that want OAuth. A service that answers 401 with a bearer
 * challenge is given a token from then on, after an administrator has agreed; until then its calls fail with {@code
 * UPSTREAM_AUTHORIZATION_NEEDED} and the gateway's own page to open. What was granted belongs to the service and is used
 * for all its callers, so only an administrator may {@link #begin}, and only the browser that began may {@link #complete}.
 * Services with an {@code Authorization} header of their own are left alone. Thread-safe; never blocks.
 */
public final class AuthorizingExchanger implements HttpExchanger {
    /** The path that browsers come back to. */
    public static final String CALLBACK = Home.CALLBACK;

    /** The path that an authorization begins at, to be followed by the name of the service. */
    public static final String START = Home.START;

    private final HttpExchanger http;
    private final ExecutorService worker = Workers.blocking("oauth");
    private final GrantBook book;
    private final Home home = new Home();
    private final Shared shared;
    private final SingleUse<Flow> flows;
    private final SingleUse<String> invitations;
    private final ConcurrentHashMap<String, ServiceGrant> grants = new ConcurrentHashMap<>();

    /**
     * Blocks for a moment on the store.
     *
     * @param http does the work, and is closed with this
     * @param store where grants outlive a restart
     * @param secret that they are encrypted with there; null to leave them readable to whoever can read the store
     */
    public AuthorizingExchanger(HttpExchanger http, GatewayStore store, byte @Nullable [] secret, InstantSource clock) {
        this(http, store, secret, clock, System::nanoTime);
    }

    AuthorizingExchanger(
            HttpExchanger http, GatewayStore store, byte @Nullable [] secret, InstantSource clock, LongSupplier ticks) {
        this.http = http;
        this.book = new GrantBook(store, new Seal(secret));
        this.shared = new Shared(book, home, new LateClient(), clock, ticks, worker);
        this.flows = new SingleUse<>(ticks);
        this.invitations = new SingleUse<>(ticks);
    }

    /** Browsers reach the gateway here; nothing can be authorised before this is known. */
    public void listensAt(URI base) {
        home.is(base);
    }

    /** Where browsers reach the gateway; fails before that is known. */
    public URI home() {
        return home.at("/");
    }

    /** Gives up what was granted for services that are not there any more. */
    public void keepOnly(Collection<String> services) {
        book.keepOnly(services);
    }

    /** For what belongs to no service. */
    @Override
    public UpstreamChannel.Exchange send(Call call, Listener listener) {
        return http.send(call, listener);
    }

    @Override
    public HttpExchanger towards(String service, InstanceAddress.Http address) {
        return isConcerned(address.oauth(), address.headers())
                ? new ServiceExchanger(http, grant(service, address.url(), address.oauth()))
                : http;
    }

    private static boolean isConcerned(OAuthClient oauth, Map<String, String> headers) {
        return oauth.enabled() && headers.keySet().stream().noneMatch("Authorization"::equalsIgnoreCase);
    }

    private ServiceGrant grant(String service, URI url, OAuthClient oauth) {
        return grants.compute(
                service.toLowerCase(Locale.ROOT),
                (key, known) -> known != null && known.isFor(url, oauth)
                        ? known
                        : new ServiceGrant(service, url, oauth, shared));
    }

    /** What a service has granted; null if it has to do with no OAuth. */
    public @Nullable Standing standing(ServiceDefinition service) {
        ServiceGrant grant = find(service);
        return grant == null ? null : Standing.of(grant.state(), grant.granted());
    }

    /**
     * What a service has granted.
     *
     * @param state whether calls can be made, and if not, what has to be done
     * @param issuer of the token; null if there is none
     * @param scopes that were asked for
     * @param expires when the token ends or is renewed; null if there is none or it was not said
     */
    public record Standing(
            GrantState state,
            @Nullable String issuer,
            List<String> scopes,
            @Nullable Instant expires) {
        private static Standing of(GrantState state, @Nullable Granted granted) {
            return granted == null
                    ? new Standing(state, null, List.of(), null)
                    : new Standing(
                            state,
                            granted.found().server().issuer(),
                            List.copyOf(granted.scopes()),
                            granted.tokens().expires());
        }
    }

    /**
     * Gives up what a service has granted, if it has, at once, and then tells the authorization server; its next call asks
     * again.
     *
     * @return what became of the tokens
     * @throws GatewayException with {@code UPSTREAM_REFUSED} if the service has to do with no OAuth
     */
    public CompletionStage<GivenUp> giveUp(ServiceDefinition service) {
        ServiceGrant grant = find(service);
        if (grant == null) {
            throw noOAuth(service);
        }
        return grant.giveUp();
    }

    /**
     * Begins an authorization for an administrator whose browser is on the line.
     *
     * @return where to send the browser; fails with {@code UPSTREAM_REFUSED} and the reason
     */
    public CompletionStage<Beginning> begin(ServiceDefinition service) {
        ServiceGrant grant = find(service);
        if (grant == null) {
            return CompletableFuture.failedStage(noOAuth(service));
        }
        return grant.consent().begin(home.at(CALLBACK)).thenApply(flow -> {
            flows.put(flow.state(), flow);
            return new Beginning(flow.url(), cookie(flow.state()), flow.browser());
        });
    }

    /** Null if the service has to do with no OAuth. */
    private @Nullable ServiceGrant find(ServiceDefinition service) {
        return service.launch() instanceof Launch.Remote remote && isConcerned(remote.oauth(), remote.headers())
                ? grant(service.name().value(), remote.url(), remote.oauth())
                : null;
    }

    private static GatewayException noOAuth(ServiceDefinition service) {
        return Refused.because("service \"" + service.name()
                + "\" does not use OAuth: it has no url, oauth is off, or it has an Authorization header.");
    }

    /**
     * Where the browser goes, and what it has to bring back.
     *
     * @param url of the authorization server
     * @param cookie name of the cookie to set, for {@link #CALLBACK} at least
     * @param value of the cookie; secret
     */
    public record Beginning(URI url, String cookie, String value) {
        /** Without the value and the state in the URL. */
        @Override
        public String toString() {
            return "authorization at " + url.getAuthority();
        }
    }

    /**
     * A secret name for one beginning, which an administrator who cannot be known by a browser takes into one.
     *
     * @throws GatewayException with {@code UPSTREAM_REFUSED} if the service has to do with no OAuth
     * @see #accept
     */
    public String invite(ServiceDefinition service) {
        if (find(service) == null) {
            throw noOAuth(service);
        }
        String invitation = Unguessable.text();
        invitations.put(invitation, service.name().value());
        return invitation;
    }

    /** The service that somebody was invited to authorise; null if the invitation was used, is over or never was. */
    public @Nullable String accept(String invitation) {
        return invitations.take(invitation, service -> true);
    }

    /**
     * A browser came back.
     *
     * @param answer the parameters of its request, decoded
     * @param cookies finds what the browser kept; null if it has no such cookie
     * @return the service, which may be called now; fails with {@code UPSTREAM_REFUSED} and the reason
     */
    public CompletionStage<String> complete(Map<String, String> answer, Function<String, @Nullable String> cookies) {
        String state = answer.getOrDefault("state", "");
        String kept = cookies.apply(cookie(state));
        Flow flow = kept == null ? null : flows.take(state, waiting -> Unguessable.same(waiting.browser(), kept));
        if (flow == null) {
            return CompletableFuture.failedStage(Refused.because(
                    "nothing waits for this answer from this browser. It was used already, is older than"
                            + " ten minutes, or was begun in another browser. Begin again."));
        }
        return flow.consent()
                .complete(flow, answer)
                .thenApply(done -> flow.consent().service());
    }

    /** One browser may authorise several services at a time. */
    private static String cookie(String state) {
        return "forge-oauth-" + Unguessable.digest(state).substring(0, 12);
    }

    @Override
    public void forget(String service) {
        ServiceGrant known = grants.remove(service.toLowerCase(Locale.ROOT));
        if (known != null) {
            known.forget();
        }
        book.remove(service);
    }

    @Override
    public void evict(URI origin) {
        http.evict(origin);
    }

    @Override
    public void close() {
        worker.shutdownNow();
        book.close();
        http.close();
    }
}

package io.forgemcp.auth.client;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.OAuthClient;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one service has granted to the gateway. However many calls find out that something is missing, one discovery and
 * one refresh are under way. Thread-safe; blocks only on the worker, and a call that needs nothing takes no lock.
 */
final class ServiceGrant {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceGrant.class);

    private final String service;
    private final URI url;
    private final OAuthClient wanted;
    private final InstantSource clock;
    private final Executor worker;
    private final GrantBook book;
    private final Needs needs;
    private final TokenEndpoint endpoint;
    private final Clients clients;
    private final Consent consent;
    private final Revocation revocation;
    private final StepUps stepUps;

    private volatile @Nullable Granted granted;
    private @Nullable CompletableFuture<String> renewing;
    private Instant asked = Instant.EPOCH;
    /** When a token was last got without a person; not again at once. */
    private Instant latest = Instant.EPOCH;

    private boolean forgotten;
    /** Whether the authorization server has ended what was granted. */
    private boolean ended;

    /**
     * @param url of the service
     * @param wanted who the gateway is to it
     * @param shared has what was granted before, and where it is kept
     */
    ServiceGrant(String service, URI url, OAuthClient wanted, Shared shared) {
        this.service = service;
        this.url = url;
        this.wanted = wanted;
        this.book = shared.book();
        this.clock = shared.clock();
        this.worker = shared.worker();
        this.stepUps = new StepUps(shared.ticks());
        Documents documents = new Documents(shared.http(), url);
        this.needs = new Needs(service, url, wanted, new Discovery(documents), shared);
        this.endpoint = new TokenEndpoint(documents, clock);
        this.revocation = new Revocation(service, documents, clock);
        GrantBook.Page page = book.find(service, url, wanted);
        this.granted = page.granted();
        this.clients = new Clients(wanted, endpoint, page, clock, this::save);
        this.consent = new Consent(service, wanted, needs, clients, endpoint, worker, this::scopes, this::granted);
    }

    boolean isFor(URI otherUrl, OAuthClient otherWanted) {
        return url.equals(otherUrl) && wanted.equals(otherWanted);
    }

    /** The way to it by a person's browser. */
    Consent consent() {
        return consent;
    }

    private Set<String> scopes() {
        Granted current = granted;
        return current == null ? Set.of() : current.scopes();
    }

    /** What calls may use; null if nothing was granted yet. */
    @Nullable
    Granted granted() {
        return granted;
    }

    synchronized GrantState state() {
        Granted current = granted;
        if (current == null) {
            return ended ? GrantState.AGAIN : needs.isOpen() ? GrantState.NEEDED : GrantState.NOT_ASKED;
        }
        boolean isOver = wanted.needsPerson() && current.tokens().refresh() == null && current.isOver(clock.instant());
        return isOver || needs.isOpen() ? GrantState.AGAIN : GrantState.AUTHORISED;
    }

    boolean wantsRenewal(Granted current) {
        return current.wantsRenewal(clock.instant());
    }

    /** A token to use in place of one that is about to end. */
    CompletionStage<@Nullable String> renew(Granted old) {
        return renew(old, Challenge.NONE);
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
        Granted current = granted;
        if (current == null) {
            return obtain(challenge, Set.of());
        }
        if (!current.tokens().access().equals(used)) {
            return CompletableFuture.completedStage(current.tokens().access());
        }
        if (challenge.wantsMoreScope()) {
            return moreScope(challenge, current);
        }
        boolean fresh = renewed || clock.instant().isBefore(latest.plus(Needs.PAUSE));
        if (!fresh && current.tokens().refresh() != null) {
            return renew(current, challenge);
        }
        if (fresh && !wanted.needsPerson()) {
            return CompletableFuture.failedStage(Refused.because("the server does not take the token that \""
                    + current.found().server().issuer() + "\" has just given."));
        }
        // The token stays: a server that refuses one call may take others, and nobody shall end a grant by such a call.
        return obtain(challenge, Set.of());
    }

    private CompletionStage<@Nullable String> moreScope(Challenge challenge, Granted current) {
        String objection = stepUps.objection(challenge, current, wanted.needsPerson());
        return objection == null
                ? obtain(challenge, current.scopes())
                : CompletableFuture.failedStage(Refused.because(objection));
    }

    /** By asking a person, or in the name of the gateway itself. */
    private synchronized CompletionStage<@Nullable String> obtain(Challenge challenge, Set<String> before) {
        if (wanted.needsPerson()) {
            return needs.ask(challenge, before);
        }
        if (renewing == null || (renewing.isDone() && !hasJustFailed(renewing))) {
            String objection = challenge.wantsMoreScope() ? stepUps.count() : null;
            if (objection != null) {
                return CompletableFuture.failedStage(Refused.because(objection));
            }
            asked = clock.instant();
            renewing = needs.find(challenge, before).thenApplyAsync(need -> ownToken(need, challenge), worker);
        }
        return renewing.thenApply(token -> token);
    }

    /** A wrong secret is not tried with every call: accounts get locked. */
    private boolean hasJustFailed(CompletableFuture<String> attempt) {
        return attempt.isCompletedExceptionally() && clock.instant().isBefore(asked.plus(Needs.PAUSE));
    }

    private String ownToken(Need need, Challenge challenge) {
        ClientRegistration client = clients.configured(need.found().server());
        Tokens tokens;
        try {
            tokens = endpoint.own(need, client);
        } catch (ScopeRefused refused) {
            throw need.more() ? noMore(need, challenge, client) : refused;
        }
        granted(need, client, tokens);
        return tokens.access();
    }

    /** The token stays, and so does the way to another one with what there is. */
    private GatewayException noMore(Need need, Challenge challenge, ClientRegistration client) {
        String reason = "the call needs the scopes \"" + String.join(" ", challenge.scopes()) + "\" too, which \""
                + need.found().server().issuer() + "\" does not give to client \"" + client.id()
                + "\". Allow it to have them there; it is tried again after "
                + SingleUse.PATIENCE.toMinutes() + " minutes.";
        stepUps.refuse(challenge.scopes(), reason);
        synchronized (this) {
            renewing = null;
        }
        return Refused.because(reason);
    }

    private CompletionStage<@Nullable String> renew(Granted old, Challenge challenge) {
        CompletableFuture<String> shared;
        synchronized (this) {
            Granted current = granted;
            if (current != null && current != old) {
                return CompletableFuture.completedStage(current.tokens().access());
            }
            if (renewing == null || renewing.isDone()) {
                renewing = CompletableFuture.supplyAsync(() -> refresh(old), worker);
            }
            shared = renewing;
        }
        return shared.handle((token, failure) -> outcome(old, challenge, token, failure))
                .thenCompose(next -> next);
    }

    private CompletionStage<@Nullable String> outcome(
            Granted old, Challenge challenge, @Nullable String token, @Nullable Throwable failure) {
        if (failure == null && token != null) {
            return CompletableFuture.completedStage(token);
        }
        // There is no other: this one may still be good, unless the server has just refused it.
        if (challenge == Challenge.NONE && !old.isOver(clock.instant())) {
            return CompletableFuture.completedStage(old.tokens().access());
        }
        return failure == null ? obtain(challenge, Set.of()) : CompletableFuture.failedStage(failure);
    }

    /** @return null if there is nothing to renew it with any more */
    private @Nullable String refresh(Granted old) {
        try {
            return renewed(old, endpoint.refresh(old));
        } catch (UnknownClient gone) {
            if (!clients.forget(old.found().server(), old.client())) {
                throw gone;
            }
            unrenewable(old);
            return null;
        }
    }

    /** What only a client could renew that is not there any more; the token itself stays as good as it was. */
    private synchronized void unrenewable(Granted old) {
        if (granted == old) {
            granted = old.with(old.tokens().withoutRefresh());
            save();
        }
    }

    private synchronized @Nullable String renewed(Granted old, @Nullable Tokens tokens) {
        if (granted != old) {
            Granted other = granted;
            return other == null ? null : other.tokens().access();
        }
        if (tokens == null) {
            lose(old);
            return null;
        }
        granted = old.with(tokens);
        needs.close();
        latest = clock.instant();
        save();
        return tokens.access();
    }

    private synchronized void lose(Granted old) {
        if (granted == old) {
            granted = null;
            ended = true;
            stepUps.forget();
            save();
            LOG.warn(
                    "event=oauth_grant_over service={} authorization_server={} advice=\"authorise the gateway again\"",
                    service,
                    old.found().server().issuer());
        }
    }

    private void granted(Need need, ClientRegistration client, Tokens tokens) {
        AuthorizationServer from = need.found().server();
        clients.taken(from);
        synchronized (this) {
            if (forgotten) {
                throw Refused.because("the service was removed meanwhile.");
            }
            stepUps.granted(need, granted);
            granted = new Granted(need.found(), client, need.scopes(), tokens);
            if (!wanted.needsPerson()) {
                latest = clock.instant();
            }
            ended = false;
            needs.met();
            save();
        }
        LOG.info("event=oauth_granted service={} authorization_server={}", service, from.issuer());
    }

    /** Gives up the token, and who the gateway was where it registered itself: an administrator wants a new beginning. */
    CompletionStage<GivenUp> giveUp() {
        Granted current = granted;
        if (current != null) {
            lose(current);
        }
        synchronized (this) {
            ended = false;
        }
        needs.met();
        clients.forgetAll();
        return current == null
                ? CompletableFuture.completedStage(GivenUp.NOTHING)
                : CompletableFuture.supplyAsync(() -> revocation.of(current), worker);
    }

    /** Gives up everything, also what was kept. */
    synchronized void forget() {
        forgotten = true;
        granted = null;
        book.remove(service);
    }

    private synchronized void save() {
        if (!forgotten) {
            book.save(service, url, wanted, new GrantBook.Page(granted, clients.registered(), clients.pinned()));
        }
    }
}

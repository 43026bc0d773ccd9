package io.forgemcp.auth.client;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.OAuthClient;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What one service needs before it takes calls: found out once for all of them, on the worker, and then known for a while.
 * Thread-safe.
 */
final class Needs {
    private static final Logger LOG = LoggerFactory.getLogger(Needs.class);

    /** Nobody is asked again so soon after a failure, however many calls come. */
    static final Duration PAUSE = Duration.ofSeconds(5);

    private final String service;
    private final URI url;
    private final OAuthClient wanted;
    private final Discovery discovery;
    private final Home home;
    private final LongSupplier ticks;
    private final Executor worker;

    private @Nullable CompletableFuture<Need> latest;
    private Challenge of = Challenge.NONE;
    private long since;
    /** What the server and the authorization server say of themselves, whatever a challenge says beside. */
    private @Nullable CompletableFuture<Discovery.Found> look;

    private long looked;
    private boolean asked;
    private boolean told;
    private long toldAt;

    Needs(String service, URI url, OAuthClient wanted, Discovery discovery, Shared shared) {
        this.service = service;
        this.url = url;
        this.wanted = wanted;
        this.discovery = discovery;
        this.home = shared.home();
        this.ticks = shared.ticks();
        this.worker = shared.worker();
    }

    /** Finds out what this challenge needs and fails with it: with {@code UPSTREAM_AUTHORIZATION_NEEDED} at best. */
    synchronized <T extends @Nullable Object> CompletionStage<T> ask(Challenge challenge, Set<String> before) {
        asked = true;
        return find(challenge, before).thenApply(found -> {
            throw new GatewayException(
                    ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED,
                    "The server wants OAuth: an administrator opens " + home.start(service)
                            + " in a browser, or runs `forge-gateway authorize " + service
                            + "`, and then the call is repeated.");
        });
    }

    /**
     * What this challenge needs. However much the challenges of a server differ, it and the authorization server are looked
     * at once in a while.
     */
    synchronized CompletableFuture<Need> find(Challenge challenge, Set<String> before) {
        CompletableFuture<Need> need = latest;
        return need == null || isOver(need) || !of.equals(challenge) ? begin(challenge, before) : need;
    }

    /** What the last challenge needs, or the server in general if there was none lately. */
    synchronized CompletionStage<Need> known(Set<String> before) {
        CompletableFuture<Need> need = latest;
        return need == null || isOver(need) || need.isCompletedExceptionally() ? begin(Challenge.NONE, before) : need;
    }

    /** Where an administrator begins. */
    String page() {
        return home.start(service);
    }

    /** Everything that was needed is there. */
    synchronized void met() {
        latest = null;
        look = null;
        told = false;
        asked = false;
    }

    /** The server may take calls again without a person. */
    synchronized void close() {
        asked = false;
    }

    /** Whether a call failed because a person is needed, and nobody has agreed since. */
    synchronized boolean isOpen() {
        return asked;
    }

    private boolean isOver(CompletableFuture<Need> need) {
        Duration good = need.isCompletedExceptionally() ? PAUSE : SingleUse.PATIENCE;
        return need.isDone() && ticks.getAsLong() - since >= good.toNanos();
    }

    private CompletableFuture<Need> begin(Challenge challenge, Set<String> before) {
        CompletableFuture<Discovery.Found> found = look;
        if (found == null || (found.isDone() && ticks.getAsLong() - looked >= PAUSE.toNanos())) {
            found = CompletableFuture.supplyAsync(
                    () -> discovery.find(url, challenge.resourceMetadata(), wanted.issuer()), worker);
            look = found;
            looked = ticks.getAsLong();
        }
        CompletableFuture<Need> need = found.thenApply(server -> need(server, challenge, before));
        latest = need;
        of = challenge;
        since = ticks.getAsLong();
        return need;
    }

    private Need need(Discovery.Found found, Challenge challenge, Set<String> before) {
        if (wanted.issuer() != null && !wanted.issuer().equals(found.server().issuer())) {
            throw Refused.because("the server names the authorization server \""
                    + found.server().issuer() + "\", but oauth.issuer is \"" + wanted.issuer() + "\".");
        }
        Set<String> scopes = new LinkedHashSet<>(before);
        if (!wanted.scopes().isEmpty()) {
            scopes.addAll(wanted.scopes());
        } else if (challenge.scope() == null) {
            scopes.addAll(found.scopes());
        }
        if (wanted.scopes().isEmpty() || challenge.wantsMoreScope()) {
            scopes.addAll(challenge.scopes());
        }
        if (!wanted.needsPerson()) {
            return new Need(found, scopes, challenge.wantsMoreScope());
        }
        if (found.server().scopes().contains("offline_access")) {
            // Without it there may be no refresh token, and a person would be asked every hour.
            scopes.add("offline_access");
        }
        LOG.atLevel(isNews() ? Level.WARN : Level.DEBUG)
                .log(
                        "event=oauth_needed service={} authorization_server={} advice=\"an administrator opens {}\"",
                        service,
                        found.server().issuer(),
                        home.start(service));
        return new Need(found, scopes, challenge.wantsMoreScope());
    }

    private synchronized boolean isNews() {
        boolean lately = told && ticks.getAsLong() - toldAt < SingleUse.PATIENCE.toNanos();
        if (!lately) {
            told = true;
            toldAt = ticks.getAsLong();
        }
        return !lately;
    }
}

package io.forgemcp.server.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.auth.client.AuthorizingExchanger;
import io.forgemcp.auth.client.AuthorizingExchanger.Beginning;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The pages on which an administrator authorises the gateway at a server that wants OAuth. What is granted serves all
 * callers of that server, so nobody else may begin; and the browser that begins gets a cookie, without which the answer of
 * the authorization server is not taken: nobody can bring an account of their own in by a link.
 */
public final class OAuthRoutes {
    private static final String OPEN = "/oauth/open/";
    /** A cookie for less than where it is set is refused by strict clients. */
    private static final String COOKIE_PATH = "/oauth";

    private static final int COOKIE_SECONDS = 600;

    private final Gateway gateway;
    private final AuthorizingExchanger exchanger;
    private final Known known;
    private final Permissions permissions;

    public OAuthRoutes(Gateway gateway, AuthorizingExchanger exchanger) {
        this.gateway = gateway;
        this.exchanger = exchanger;
        this.known = new Known(gateway.services());
        this.permissions = new Permissions(gateway.accessPolicy());
    }

    public List<Route> routes() {
        String start = AuthorizingExchanger.START + "{service}";
        return List.of(
                Route.rest(
                        Verb.GET,
                        "/oauth/grants",
                        "What servers have granted to the gateway (OAuth), without tokens.",
                        permissions.administer(this::grants)),
                Route.rest(
                                Verb.GET,
                                start,
                                "Sends an administrator's browser to a server's authorization server (OAuth).",
                                permissions.administer(this::start))
                        .unsafe(),
                Route.rest(
                        Verb.POST,
                        start,
                        "Gives an administrator a link, good once, that does the same in a browser without a token.",
                        permissions.administer(this::invite)),
                Route.rest(
                        Verb.DELETE,
                        start,
                        "Gives up what a server has granted to the gateway (OAuth).",
                        permissions.administer(this::giveUp)),
                Route.once(OPEN + "{invitation}", "Takes such a link (OAuth).", this::open),
                Route.once(
                        AuthorizingExchanger.CALLBACK,
                        "Takes the answer of a server's authorization server (OAuth).",
                        this::answer));
    }

    private CompletionStage<RestAnswer> grants(RestRequest request) {
        return Json.ok(Json.array(
                gateway.services().statuses().stream()
                        .flatMap(status -> gateway.services().definition(status.name()).stream())
                        .flatMap(service -> Optional.ofNullable(exchanger.standing(service)).stream()
                                .map(standing -> describe(service.name(), standing))),
                grant -> grant));
    }

    private static ObjectNode describe(ServiceName service, AuthorizingExchanger.Standing standing) {
        ObjectNode json = Json.object().put("name", service.value()).put("authorised", standing.issuer() != null);
        json.put("state", standing.state().name().toLowerCase(Locale.ROOT));
        json.put("authorizationServer", standing.issuer());
        json.set("scopes", Json.texts(standing.scopes().stream()));
        json.put(
                "expires",
                standing.expires() == null ? null : standing.expires().toString());
        return json;
    }

    private CompletionStage<RestAnswer> start(RestRequest request) {
        ServiceDefinition service = require(request.variable());
        String path = AuthorizingExchanger.START + service.name();
        if (isElsewhere(request)) {
            return CompletableFuture.completedFuture(
                    OAuthPage.redirect(exchanger.home().resolve(path)));
        }
        String site = request.headers().apply("Sec-Fetch-Site");
        if ("cross-site".equals(site) || "same-site".equals(site)) {
            // A page elsewhere leads here: it may show the way, but the step is a person's.
            return CompletableFuture.completedFuture(OAuthPage.question(service.name(), path));
        }
        return begin(service);
    }

    private CompletionStage<RestAnswer> invite(RestRequest request) {
        URI link = exchanger.home().resolve(OPEN + exchanger.invite(require(request.variable())));
        return Json.ok(Json.object().put("url", link.toString()));
    }

    private CompletionStage<RestAnswer> giveUp(RestRequest request) {
        ServiceDefinition service = require(request.variable());
        return exchanger
                .giveUp(service)
                .thenApply(tokens -> Json.answer(
                        200,
                        Json.object()
                                .put("name", service.name().value())
                                .put("authorised", false)
                                .put("tokens", tokens.name().toLowerCase(Locale.ROOT))));
    }

    private CompletionStage<RestAnswer> open(RestRequest request) {
        if (isElsewhere(request)) {
            return CompletableFuture.completedFuture(
                    OAuthPage.redirect(exchanger.home().resolve(OPEN + request.variable())));
        }
        String service = exchanger.accept(request.variable());
        if (service == null) {
            return CompletableFuture.completedFuture(OAuthPage.text(
                    403,
                    "This link was used already or is older than ten minutes. Ask an administrator for another one."));
        }
        return begin(require(service));
    }

    private CompletionStage<RestAnswer> begin(ServiceDefinition service) {
        return exchanger
                .begin(service)
                .handle((beginning, failure) -> failure == null ? toServer(beginning) : refused(failure));
    }

    private RestAnswer toServer(Beginning beginning) {
        boolean secure = "https".equals(exchanger.home().getScheme());
        return OAuthPage.redirect(beginning.url())
                .with(
                        "Set-Cookie",
                        beginning.cookie() + "=" + beginning.value() + "; Path=" + COOKIE_PATH
                                + "; Max-Age=" + COOKIE_SECONDS + "; HttpOnly; SameSite=Lax"
                                + (secure ? "; Secure" : ""));
    }

    private CompletionStage<RestAnswer> answer(RestRequest request) {
        Map<String, String> parameters = new HashMap<>();
        for (String name : List.of("state", "code", "iss", "error")) {
            String value = request.inputs().text(name);
            if (value != null) {
                parameters.put(name, value);
            }
        }
        String cookies = request.headers().apply("Cookie");
        return exchanger
                .complete(parameters, name -> OAuthPage.cookie(cookies, name))
                .handle((service, failure) -> failure == null ? done(service) : refused(failure));
    }

    /** What the server offers is asked for at once; nobody waits for it. */
    private RestAnswer done(String service) {
        ServiceName name = ServiceName.of(service);
        gateway.catalog().refresh(name).thenRun(() -> gateway.services().noteReachability(name, null));
        return OAuthPage.text(
                200,
                "The gateway is authorised for service \"" + service
                        + "\". You can close this page; calls may be repeated now.");
    }

    private static RestAnswer refused(Throwable failure) {
        GatewayException reason = GatewayException.of(failure);
        return OAuthPage.text(
                reason.code() == ErrorCode.UPSTREAM_REFUSED
                        ? 400
                        : reason.code().httpStatus(),
                String.valueOf(reason.getMessage()));
    }

    /** A cookie of {@code localhost} does not reach {@code 127.0.0.1}: the browser begins where it will come back to. */
    private boolean isElsewhere(RestRequest request) {
        String host = request.headers().apply("Host");
        // Behind a proxy the name that the browser knows is not to be seen, so the browser would be sent in a circle.
        boolean direct = "http".equals(exchanger.home().getScheme());
        return direct && host != null && !host.equalsIgnoreCase(exchanger.home().getAuthority());
    }

    private ServiceDefinition require(String name) {
        ServiceName service = known.require(name).name();
        return gateway.services()
                .definition(service)
                .orElseThrow(() -> new GatewayException(
                        ErrorCode.UNKNOWN_SERVICE, "Service \"" + service + "\" was removed just now."));
    }
}

package io.forgemcp.auth.client;

import io.forgemcp.gateway.service.OAuthClient;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a person's browser to the authorization server of one service and back (RFC 6749, section 4.1). Thread-safe;
 * blocks only on the worker.
 */
final class Consent {
    private final String service;
    private final OAuthClient wanted;
    private final Needs needs;
    private final Clients clients;
    private final TokenEndpoint endpoint;
    private final Executor worker;
    private final Supplier<Set<String>> scopes;
    private final Receiver receiver;

    /** Takes what a person has agreed to. */
    @FunctionalInterface
    interface Receiver {
        void granted(Need need, ClientRegistration client, Tokens tokens);
    }

    /** @param scopes that were granted already, to be asked for again */
    Consent(
            String service,
            OAuthClient wanted,
            Needs needs,
            Clients clients,
            TokenEndpoint endpoint,
            Executor worker,
            Supplier<Set<String>> scopes,
            Receiver receiver) {
        this.service = service;
        this.wanted = wanted;
        this.needs = needs;
        this.clients = clients;
        this.endpoint = endpoint;
        this.worker = worker;
        this.scopes = scopes;
        this.receiver = receiver;
    }

    String service() {
        return service;
    }

    /** An administrator wants to authorise the gateway, whether a call has asked for it or not. */
    CompletionStage<Flow> begin(URI redirect) {
        if (!wanted.needsPerson()) {
            return CompletableFuture.failedStage(
                    Refused.because("service \"" + service + "\" uses client credentials: no person is needed."));
        }
        return needs.known(scopes.get())
                .thenApplyAsync(
                        need -> Flow.of(this, need, clients.at(need.found().server(), redirect), redirect), worker);
    }

    /** The answer to a flow that began here, RFC 9207 first. */
    CompletionStage<Void> complete(Flow flow, Map<String, String> answer) {
        AuthorizationServer from = flow.found().server();
        String issuer = answer.get("iss");
        if (issuer == null ? from.namesItself() : !issuer.equals(from.issuer())) {
            return CompletableFuture.failedStage(
                    Refused.because("the answer does not say that it is from \"" + from.issuer() + "\"."));
        }
        if (!"unauthorized_client".equals(answer.get("error")) && !"invalid_client".equals(answer.get("error"))) {
            clients.answered(flow.client());
        }
        String code = answer.get("code");
        if (code == null || answer.containsKey("error")) {
            return CompletableFuture.failedStage(Refused.because(noCode(from.issuer(), answer.get("error"))));
        }
        return CompletableFuture.runAsync(
                () -> receiver.granted(flow.need(), flow.client(), exchange(flow, code)), worker);
    }

    /** For the person in front of the browser. */
    private String noCode(String issuer, @Nullable String error) {
        String start = " What was granted before is as it was. To try again, open " + needs.page() + ".";
        return switch (error == null ? "" : error) {
            case "access_denied" ->
                "consent was denied at \"" + issuer
                        + "\" (access_denied), by you or because the account may not give it." + start
                        + " Sign in there with an account that may.";
            case "temporarily_unavailable", "server_error" ->
                "\"" + issuer + "\" has trouble of its own" + Refused.code(error) + "." + start;
            default -> "\"" + issuer + "\" answered without a code" + Refused.code(error) + "." + start;
        };
    }

    private Tokens exchange(Flow flow, String code) {
        try {
            return endpoint.exchange(flow, code);
        } catch (UnknownClient gone) {
            if (!clients.forget(flow.found().server(), flow.client())) {
                throw gone;
            }
            throw Refused.because("\"" + flow.found().server().issuer()
                    + "\" does not know the gateway any more. Begin again: the gateway registers anew.");
        }
    }
}

package io.forgemcp.server.rest;

import io.forgemcp.auth.client.AuthorizingExchanger;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Where an authorization server sends the browser of whoever authorised the gateway. Open to all: the browser has no
 * identity here, and the single-use {@code state} says which authorization it comes from.
 */
public final class OAuthCallback {
    public static final String PATH = "/oauth/callback";

    private static final String PLAIN = "text/plain; charset=utf-8";

    private final AuthorizingExchanger exchanger;

    public OAuthCallback(AuthorizingExchanger exchanger) {
        this.exchanger = exchanger;
    }

    public Route route() {
        return Route.open(PATH, "Takes the answer of a server's authorization server (OAuth).", this::answer);
    }

    private CompletionStage<RestAnswer> answer(RestRequest request) {
        Map<String, String> parameters = new HashMap<>();
        for (String name : List.of("state", "code", "iss", "error")) {
            String value = request.query().apply(name);
            if (value != null) {
                parameters.put(name, value);
            }
        }
        return exchanger
                .complete(parameters)
                .handle((done, failure) -> failure == null
                        ? RestAnswer.text(
                                PLAIN, "The gateway is authorised. You can close this page and repeat the call.\n")
                        : refused(failure));
    }

    private static RestAnswer refused(Throwable failure) {
        String text = GatewayException.of(failure).getMessage() + "\n";
        return new RestAnswer(400, PLAIN, text.getBytes(StandardCharsets.UTF_8));
    }
}

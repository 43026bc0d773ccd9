package io.forgemcp.server.http;

import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.security.Caller;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * One verb on one path, and what answers it. The OpenAPI document is made from these.
 *
 * @param template for example {@code /servers/{id}/mcp}
 * @param summary one sentence for people
 * @param parameters names of what it understands, as they are told to people; what else is said is refused
 * @param input where that may be said
 * @param access who may use it
 */
public record Route(
        Verb verb,
        String template,
        String summary,
        List<String> parameters,
        Input input,
        Access access,
        Action action) {
    public Route {
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException("\"" + template + "\" does not begin with a slash.");
        }
        parameters = List.copyOf(parameters);
    }

    /** A REST route for authenticated callers. */
    public static Route rest(Verb verb, String template, String summary, RestHandler handler, String... parameters) {
        Input input = verb == Verb.GET || verb == Verb.DELETE ? Input.QUERY : Input.OBJECT;
        return new Route(
                verb, template, summary, List.of(parameters), input, Access.AUTHENTICATED, new Action.Rest(handler));
    }

    /** A REST route whose body is a document that its handler checks. */
    public static Route document(Verb verb, String template, String summary, RestHandler handler) {
        return new Route(
                verb, template, summary, List.of(), Input.DOCUMENT, Access.AUTHENTICATED, new Action.Rest(handler));
    }

    /** A REST route that tells nothing secret and asks for no identity: health and the like. */
    public static Route open(String template, String summary, RestHandler handler) {
        return new Route(Verb.GET, template, summary, List.of(), Input.QUERY, Access.OPEN, new Action.Rest(handler));
    }

    /**
     * As {@link #open}, but asking changes something, such as taking what is good once: a look at it (HEAD) is refused. Browsers
     * come here from pages of others, which may add to the query.
     */
    public static Route once(String template, String summary, RestHandler handler) {
        return new Route(
                Verb.GET, template, summary, List.of(), Input.FOREIGN, Access.OPEN, new Action.Rest(handler, false));
    }

    /** This GET on a REST path, which changes something: a look at it (HEAD) is refused. */
    public Route unsafe() {
        if (!(action instanceof Action.Rest rest)) {
            throw new IllegalStateException(template + " is no REST route.");
        }
        return new Route(verb, template, summary, parameters, input, access, new Action.Rest(rest.handler(), false));
    }

    /** An MCP route; its first path variable, if any, names the virtual server. */
    public static Route mcp(Verb verb, String template, String summary, McpEndpoint endpoint) {
        return new Route(
                verb, template, summary, List.of(), Input.FOREIGN, Access.AUTHENTICATED, new Action.Mcp(endpoint));
    }

    /** A REST route that answers at once or with an event stream, as the request asks. */
    public static Route stream(String template, String summary, StreamHandler handler, String... parameters) {
        return new Route(
                Verb.GET,
                template,
                summary,
                List.of(parameters),
                Input.QUERY,
                Access.AUTHENTICATED,
                new Action.Stream(handler));
    }

    /** Whether HEAD is served too. An MCP GET is a stream: a HEAD of it would never end. */
    boolean servesHead() {
        return verb == Verb.GET && action instanceof Action.Rest rest && rest.isSafe();
    }

    /** Whether a JSON object may come with it. */
    public boolean takesBody() {
        return input == Input.OBJECT || input == Input.DOCUMENT;
    }

    /** The verbs that routes use. HEAD is served wherever GET is REST and safe, OPTIONS everywhere. */
    public enum Verb {
        GET,
        POST,
        PUT,
        PATCH,
        DELETE
    }

    /** Where a request may say what, and who holds it to that. */
    public enum Input {
        /** The declared parameters in the query; there is no body. */
        QUERY,
        /** The declared parameters in the query, or as members of a JSON object. */
        OBJECT,
        /** A JSON object of which the handler knows what may stand in it; nothing in the query. */
        DOCUMENT,
        /** The words are defined elsewhere, where unknown ones are to be ignored: MCP, and answers of authorization servers. */
        FOREIGN
    }

    /** Whether an identity is asked for. Host and Origin are checked in any case. */
    public enum Access {
        OPEN,
        AUTHENTICATED
    }

    /** What answers. */
    public sealed interface Action {
        /** Speaks for itself, with an answer or an event stream. */
        record Mcp(McpEndpoint endpoint) implements Action {}

        /**
         * Gives one answer.
         *
         * @param isSafe whether a GET changes nothing
         */
        record Rest(RestHandler handler, boolean isSafe) implements Action {
            public Rest(RestHandler handler) {
                this(handler, true);
            }
        }

        /** Gives one answer or a stream of events. */
        record Stream(StreamHandler handler) implements Action {}
    }

    /** Answers one REST request through the responder, now or later. Otherwise as {@link RestHandler}. */
    @FunctionalInterface
    public interface StreamHandler {
        void handle(RestRequest request, McpResponder responder);
    }

    /** Answers one REST request. Runs on a listener's thread and must not block; what it throws becomes an error answer. */
    @FunctionalInterface
    public interface RestHandler {
        CompletionStage<RestAnswer> handle(RestRequest request);

        /**
         * Refuses callers who may not do this, before what they say is read: who may not do it is not told how it is done.
         * Everybody may by default.
         *
         * @throws io.forgemcp.gateway.error.GatewayException {@code FORBIDDEN}
         */
        default void admit(Caller caller) {}
    }
}

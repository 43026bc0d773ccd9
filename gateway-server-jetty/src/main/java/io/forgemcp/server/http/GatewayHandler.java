package io.forgemcp.server.http;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.time.Timers;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of every request: Host and Origin, path, verb, identity, permission, body, action. Runs on Jetty's selecting threads and
 * never blocks.
 */
public final class GatewayHandler extends Handler.Abstract.NonBlocking {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayHandler.class);

    private static final String CHALLENGE = "Bearer realm=\"forge-mcp-gateway\"";

    private final Supplier<RouteTable> routes;
    private final Authenticator authenticator;
    private final Timers timers;
    private final HttpLimits limits;
    private final HostAndOrigin hostAndOrigin;
    private final Cors cors = new Cors();
    private final RequestIds requestIds = new RequestIds();
    private final Connections connections;
    private volatile boolean stopping;

    /** @param routes asked for with every request, so it has to be quick but for the first */
    public GatewayHandler(
            Supplier<RouteTable> routes,
            Authenticator authenticator,
            Timers timers,
            KeepAlive keepAlive,
            HttpLimits limits) {
        this.routes = routes;
        this.authenticator = authenticator;
        this.timers = timers;
        this.limits = limits;
        this.hostAndOrigin = new HostAndOrigin(limits.allowedHosts(), limits.allowedOrigins());
        this.connections = new Connections(keepAlive, timers, limits.maxWaitingBytes());
    }

    /** From now on new requests are refused; those under way go on. */
    public void refuseNew() {
        stopping = true;
    }

    /** How many requests are being answered, open streams included. */
    public int underWay() {
        return connections.underWay();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        HttpFields headers = request.getHeaders();
        String requestId = requestIds.of(headers.get("X-Request-Id"));
        response.getHeaders().put("X-Request-Id", requestId);
        String origin = headers.get(HttpHeader.ORIGIN);
        GatewayException refusal = hostAndOrigin.refusal(headers.get(HttpHeader.HOST), origin);
        if (refusal != null) {
            refuse(response, callback, refusal, requestId);
            return true;
        }
        if (origin != null) {
            cors.allow(response, origin);
        }
        RouteTable.Match match = routes.get().find(request.getHttpURI().getCanonicalPath());
        if (match == null) {
            refuse(
                    response,
                    callback,
                    new GatewayException(
                            ErrorCode.NOT_FOUND,
                            "There is nothing at this path. GET /openapi.json lists what there is."),
                    requestId);
            return true;
        }
        Route route = route(match, request.getMethod());
        if (route == null) {
            otherVerb(request, response, callback, match, requestId);
            return true;
        }
        if (stopping) {
            refuse(
                    response,
                    callback,
                    new GatewayException(ErrorCode.SHUTTING_DOWN, "The gateway is shutting down. Try again soon."),
                    requestId);
            return true;
        }
        connections.begun();
        JettyExchange exchange =
                new JettyExchange(request, response, callback, connections, route, match.variable(), requestId);
        request.addIdleTimeoutListener(exchange);
        if (route.access() == Route.Access.OPEN) {
            readBody(exchange);
        } else {
            identify(exchange);
        }
        return true;
    }

    private static @Nullable Route route(RouteTable.Match match, String method) {
        return switch (method) {
            case "POST" -> match.byVerb().get(Route.Verb.POST);
            case "GET" -> match.byVerb().get(Route.Verb.GET);
            case "DELETE" -> match.byVerb().get(Route.Verb.DELETE);
            case "PUT" -> match.byVerb().get(Route.Verb.PUT);
            case "PATCH" -> match.byVerb().get(Route.Verb.PATCH);
            case "HEAD" -> {
                Route get = match.byVerb().get(Route.Verb.GET);
                yield get != null && get.servesHead() ? get : null;
            }
            default -> null;
        };
    }

    private void otherVerb(
            Request request, Response response, Callback callback, RouteTable.Match match, String requestId) {
        String allowed = Cors.allowed(match);
        response.getHeaders().put(HttpHeader.ALLOW, allowed);
        if (request.getMethod().equals("OPTIONS")) {
            cors.preflight(request, response, allowed);
            response.setStatus(204);
            response.write(true, BufferUtil.EMPTY_BUFFER, callback);
        } else {
            refuse(
                    response,
                    callback,
                    new GatewayException(
                            ErrorCode.METHOD_NOT_ALLOWED,
                            "This path takes " + allowed + ", not " + request.getMethod() + "."),
                    requestId);
        }
    }

    private static void refuse(Response response, Callback callback, GatewayException reason, String requestId) {
        response.setStatus(reason.code().httpStatus());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        byte[] error = ErrorBody.rest(reason, requestId);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, error.length);
        response.write(true, java.nio.ByteBuffer.wrap(error), callback);
    }

    private void identify(JettyExchange exchange) {
        HttpFields headers = exchange.request().getHeaders();
        CompletionStage<Caller> stage;
        try {
            stage = authenticator.authenticate(new Authenticator.Credentials(
                    headers.get(HttpHeader.AUTHORIZATION), isLoopback(exchange.request(), headers)));
        } catch (RuntimeException failure) {
            unauthenticated(exchange, failure);
            return;
        }
        stage.whenComplete((caller, failure) -> {
            if (failure != null) {
                unauthenticated(exchange, failure);
            } else {
                exchange.caller(caller);
                if (admitted(exchange, caller)) {
                    readBody(exchange);
                }
            }
        });
    }

    private static boolean admitted(JettyExchange exchange, Caller caller) {
        if (exchange.route().action() instanceof Route.Action.Rest rest) {
            try {
                rest.handler().admit(caller);
            } catch (RuntimeException refused) {
                crash(exchange, refused);
                return false;
            }
        }
        return true;
    }

    /** A request that a proxy on this machine passes on does not come from this machine. */
    private static boolean isLoopback(Request request, HttpFields headers) {
        return request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress address
                && address.getAddress() != null
                && address.getAddress().isLoopbackAddress()
                && !headers.contains(HttpHeader.X_FORWARDED_FOR)
                && !headers.contains(HttpHeader.FORWARDED);
    }

    private void unauthenticated(JettyExchange exchange, Throwable failure) {
        GatewayException reason = GatewayException.of(failure);
        if (reason.code() == ErrorCode.UNAUTHENTICATED) {
            exchange.fail(reason, "WWW-Authenticate", CHALLENGE);
        } else {
            report(reason);
            exchange.fail(reason);
        }
    }

    private void readBody(JettyExchange exchange) {
        Request request = exchange.request();
        Route.Verb verb = exchange.route().verb();
        GatewayException unfit = unfit(exchange, request, verb);
        if (unfit != null) {
            exchange.refuse(unfit);
            return;
        }
        if (verb == Route.Verb.GET || request.getLength() == 0) {
            act(exchange);
            return;
        }
        new BodyReader(
                        request,
                        largestBody(exchange.route()),
                        timers,
                        limits.bodyTimeout(),
                        exchange::hasRoomFor,
                        new BodyReader.Receiver() {
                            @Override
                            public void complete(byte[] body) {
                                exchange.body(body);
                                act(exchange);
                            }

                            @Override
                            public void refused(GatewayException reason) {
                                exchange.refuse(reason);
                            }

                            @Override
                            public void broken(Throwable failure) {
                                exchange.failed(failure);
                            }
                        })
                .run();
    }

    private @Nullable GatewayException unfit(JettyExchange exchange, Request request, Route.Verb verb) {
        HttpFields headers = request.getHeaders();
        if (exchange.route().action() instanceof Route.Action.Mcp
                && !MediaTypes.acceptsJsonOrEvents(headers.get(HttpHeader.ACCEPT))) {
            return new GatewayException(
                    ErrorCode.NOT_ACCEPTABLE,
                    "Accept allows neither application/json nor text/event-stream. Allow both.");
        }
        boolean hasBody = verb != Route.Verb.GET && verb != Route.Verb.DELETE && request.getLength() != 0;
        boolean needsType = exchange.route().action() instanceof Route.Action.Mcp || request.getLength() > 0;
        if (hasBody && needsType && !MediaTypes.isJson(headers.get(HttpHeader.CONTENT_TYPE))) {
            return notJson();
        }
        if (request.getLength() > largestBody(exchange.route())) {
            return tooLarge(exchange.route());
        }
        boolean announced = request.getLength() > 0 || headers.contains(HttpHeader.TRANSFER_ENCODING);
        boolean rest = !(exchange.route().action() instanceof Route.Action.Mcp);
        return rest && announced && !exchange.route().takesBody() ? InputReader.noBody() : null;
    }

    private static GatewayException notJson() {
        return new GatewayException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE, "The Content-Type of the body has to be application/json.");
    }

    private long largestBody(Route route) {
        boolean mcp = route.action() instanceof Route.Action.Mcp;
        return mcp ? limits.maxRequestBytes() : Math.min(limits.maxRequestBytes(), JsonBody.LARGEST);
    }

    private GatewayException tooLarge(Route route) {
        long largest = largestBody(route);
        return largest == limits.maxRequestBytes()
                ? BodyReader.tooLarge(largest)
                : new GatewayException(
                        ErrorCode.BODY_TOO_LARGE,
                        "The body is larger than " + largest
                                + " bytes, which no request to this path needs. Send less.");
    }

    private void act(JettyExchange exchange) {
        try {
            Route.Action action = exchange.route().action();
            if (action instanceof Route.Action.Mcp mcp) {
                mcp.endpoint().handle(exchange, exchange);
            } else if (action instanceof Route.Action.Stream stream) {
                stream.handler().handle(restRequest(exchange), exchange);
            } else if (action instanceof Route.Action.Rest rest) {
                rest.handler().handle(restRequest(exchange)).whenComplete((answer, failure) -> {
                    if (failure != null) {
                        crash(exchange, failure);
                    } else {
                        exchange.answer(answer);
                    }
                });
            }
        } catch (RuntimeException failure) {
            crash(exchange, failure);
        }
    }

    private static RestRequest restRequest(JettyExchange exchange) {
        boolean isRead = exchange.body().length > 0 && exchange.route().takesBody();
        if (isRead && !MediaTypes.isJson(exchange.header("Content-Type"))) {
            throw notJson();
        }
        Inputs inputs = InputReader.read(exchange.route(), exchange.parameters(), exchange.body());
        return new RestRequest(exchange.variable(), inputs, exchange::header, exchange.body(), exchange.caller());
    }

    private static void crash(JettyExchange exchange, Throwable failure) {
        GatewayException reason = GatewayException.of(failure);
        report(reason);
        String authorization = exchange.request().getHeaders().get(HttpHeader.AUTHORIZATION);
        if (reason.code() == ErrorCode.FORBIDDEN
                && authorization != null
                && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            // The body says what is missing (RFC 6750, section 3.1).
            exchange.failIfOpen(reason, "WWW-Authenticate", CHALLENGE + ", error=\"insufficient_scope\"");
        } else {
            exchange.failIfOpen(reason);
        }
    }

    private static void report(GatewayException reason) {
        if (reason.code() == ErrorCode.INTERNAL) {
            LOG.error("A request failed unexpectedly", reason);
        }
    }
}

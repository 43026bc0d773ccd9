package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.upstream.UpstreamSession;
import io.forgemcp.gateway.virtualserver.Route;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the gateway asks servers on behalf of whoever wants to hear of a resource in one conversation. Requests may cross, on
 * the way too, so after every answer it looks again whether what was asked for is what is wanted by then, and asks for the
 * opposite if not: what a server does last is what is wanted. Thread-safe; never blocks.
 */
public final class SubscriptionRequests {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionRequests.class);
    private static final String SUBSCRIBE = "resources/subscribe";
    private static final String UNSUBSCRIBE = "resources/unsubscribe";

    private final Duration timeout;

    /** @param timeout for each answer */
    public SubscriptionRequests(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * Subscribes.
     *
     * @param wanted whether somebody wants to hear of a resource in this conversation; who wants to has to be known before
     */
    public void subscribe(UpstreamSession conversation, Route route, Predicate<Route> wanted) {
        ask(conversation, SUBSCRIBE, route, wanted);
    }

    /**
     * Unsubscribes in all of these conversations, if nobody wants to hear of it any more.
     *
     * @param wanted as above; who does not want to any more must not count
     */
    public void leave(Collection<UpstreamSession> conversations, Route route, Predicate<Route> wanted) {
        if (!conversations.isEmpty() && !wanted.test(route)) {
            conversations.forEach(conversation -> ask(conversation, UNSUBSCRIBE, route, wanted));
        }
    }

    private void ask(UpstreamSession conversation, String method, Route route, Predicate<Route> wanted) {
        byte[] params = ("{\"uri\":" + new String(route.quotedOriginal(), StandardCharsets.UTF_8) + "}")
                .getBytes(StandardCharsets.UTF_8);
        Message request = Messages.request(RequestId.of(1), method, params);
        conversation.send(new UpstreamRequest(request, null, timeout), new CallListener() {
            @Override
            public void onAnswer(Message answer) {
                // The client was told that it listens; a server that refuses has nothing to say about it.
                if (method.equals(UNSUBSCRIBE) || answer.kind() == Message.Kind.RESULT) {
                    look();
                }
            }

            @Override
            public void onFailure(GatewayException failure) {
                LOG.debug(
                        "event=not_asked service={} method={} reason=\"{}\"",
                        route.service(),
                        method,
                        failure.getMessage());
                look();
            }

            private void look() {
                String now = wanted.test(route) ? SUBSCRIBE : UNSUBSCRIBE;
                if (!now.equals(method)) {
                    ask(conversation, now, route, wanted);
                }
            }
        });
    }
}

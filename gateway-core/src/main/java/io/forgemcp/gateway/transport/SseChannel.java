package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A conversation over HTTP+SSE: the event stream lives as long as the conversation, messages are posted beside it. */
final class SseChannel implements UpstreamChannel, HttpExchanger.Listener, IncomingText.Sink {
    private final HttpFailures failures;
    private final URI url;
    private final HttpExchanger http;
    private final ChannelListener listener;
    private final List<String> streamHeaders;
    private final List<String> postHeaders;
    private final int maxMessageBytes;
    private final SseParser parser;
    private final PassedOver passedOver;
    private final CompletableFuture<UpstreamChannel> opened = new CompletableFuture<>();
    private volatile @Nullable URI endpoint;
    private volatile @Nullable HttpRefusal refusal;
    private @Nullable Exchange stream;
    private boolean over;

    SseChannel(
            String service,
            InstanceAddress.Http address,
            HttpExchanger http,
            TransportSettings settings,
            ChannelListener listener) {
        this.failures = new HttpFailures(service, address.url());
        this.url = address.url();
        this.http = http;
        this.listener = listener;
        this.maxMessageBytes = settings.maxMessageBytes();
        this.passedOver = new PassedOver(service, PassedOver.SEE_ITS_LOG);
        this.parser = new SseParser(maxMessageBytes, this::onEvent);
        List<String> configured = StreamableHttpChannel.configured(address.headers());
        this.streamHeaders = with(configured, "Accept", "text/event-stream");
        this.postHeaders = with(configured, "Content-Type", "application/json");
    }

    private static List<String> with(List<String> headers, String name, String value) {
        List<String> list = new ArrayList<>(headers);
        list.add(name);
        list.add(value);
        return List.copyOf(list);
    }

    CompletionStage<UpstreamChannel> connect() {
        Exchange started = http.send(new HttpExchanger.Call("GET", url, streamHeaders, null), this);
        boolean tooLate;
        synchronized (this) {
            stream = started;
            tooLate = over;
        }
        if (tooLate) {
            started.cancel();
        }
        return opened;
    }

    @Override
    public void onHeaders(int status, Function<String, @Nullable String> headers) {
        String type = headers.apply("Content-Type");
        if (status != 200) {
            refusal = new HttpRefusal(failures.service(), "the request for its event stream", status);
        } else if (!HttpFailures.isType(type, "text/event-stream")) {
            finish(failures.wrongType("the request for its event stream", type));
        }
    }

    @Override
    public void onContent(ByteBuffer part) {
        if (refusal == null && !isOver() && !parser.feed(part)) {
            finish(failures.tooLarge("on its event stream", maxMessageBytes));
        }
    }

    private void onEvent(String type, byte[] data) {
        if (isOver()) {
            return;
        }
        if (type.equals("endpoint")) {
            onEndpoint(new String(data, StandardCharsets.UTF_8));
            return;
        }
        IncomingText.read(data, this);
    }

    @Override
    public void check(Message message) {
        listener.check(message);
    }

    @Override
    public void onMessage(Message message) {
        listener.onMessage(message);
    }

    @Override
    public void onBroken(byte[] text, GatewayException reason) {
        if (!listener.onUnreadable(text, reason)) {
            passedOver.add(text, reason);
        }
    }

    private void onEndpoint(String text) {
        URI named;
        try {
            named = url.resolve(text.strip());
        } catch (IllegalArgumentException malformed) {
            named = null;
        }
        // Elsewhere would make the gateway send its credentials, and requests inside its network, where a server likes.
        if (named == null || !isSameOrigin(named)) {
            finish(new GatewayException(
                    ErrorCode.UPSTREAM_PROTOCOL,
                    "Service \"" + failures.service()
                            + "\" named an endpoint that is not at its own origin, which is refused."));
            return;
        }
        if (endpoint == null) {
            endpoint = named;
            opened.complete(this);
        }
    }

    private boolean isSameOrigin(URI other) {
        return url.getScheme().equalsIgnoreCase(other.getScheme())
                && Objects.requireNonNullElse(url.getHost(), "").equalsIgnoreCase(other.getHost())
                && port(url) == port(other)
                && other.getUserInfo() == null;
    }

    private static int port(URI place) {
        return place.getPort() != -1 ? place.getPort() : "https".equalsIgnoreCase(place.getScheme()) ? 443 : 80;
    }

    @Override
    public void onComplete() {
        HttpRefusal refused = refusal;
        if (refused != null) {
            refused.end();
            finish(refused.toException());
        } else {
            finish(new GatewayException(
                    ErrorCode.UPSTREAM_UNREACHABLE, "Service \"" + failures.service() + "\" closed its event stream."));
        }
    }

    @Override
    public void onFailure(Throwable failure, boolean delivered) {
        finish(
                delivered
                        ? new GatewayException(
                                ErrorCode.UPSTREAM_UNREACHABLE,
                                "The event stream of service \"" + failures.service() + "\" broke ("
                                        + failure.getClass().getSimpleName() + ").",
                                failure)
                        : failures.broken("the request for its event stream", failure, false));
    }

    /** The stream is over, and the conversation with it. */
    private void finish(GatewayException reason) {
        if (!markOver()) {
            return;
        }
        cancelStream();
        if (!opened.completeExceptionally(reason)) {
            listener.onClosed(reason);
        }
    }

    private synchronized boolean markOver() {
        boolean first = !over;
        over = true;
        return first;
    }

    private synchronized boolean isOver() {
        return over;
    }

    private void cancelStream() {
        Exchange current;
        synchronized (this) {
            current = stream;
        }
        if (current != null) {
            current.cancel();
        }
    }

    @Override
    public Exchange send(Outgoing message, Receiver receiver) {
        URI target = endpoint;
        String what = message.method() == null ? "an answer" : message.method();
        if (target == null || isOver()) {
            receiver.onFailure(failures.closed(what));
            return Exchange.NONE;
        }
        return http.send(
                new HttpExchanger.Call("POST", target, postHeaders, message.json()),
                new Posted(failures, what, message.request(), receiver));
    }

    @Override
    public void close() {
        if (markOver()) {
            cancelStream();
        }
    }

    /** The fate of one posted message; its answer comes on the stream. */
    private static final class Posted implements HttpExchanger.Listener {
        private final HttpFailures failures;
        private final String what;
        private final boolean request;
        private final Receiver receiver;
        private @Nullable HttpRefusal refusal;

        Posted(HttpFailures failures, String what, boolean request, Receiver receiver) {
            this.failures = failures;
            this.what = what;
            this.request = request;
            this.receiver = receiver;
        }

        @Override
        public void onHeaders(int status, Function<String, @Nullable String> headers) {
            if (status < 200 || status > 299) {
                refusal = new HttpRefusal(failures.service(), what, status);
            }
        }

        @Override
        public void onContent(ByteBuffer part) {
            if (refusal != null) {
                refusal.add(part);
            }
        }

        @Override
        public void onComplete() {
            if (refusal != null) {
                refusal.end();
                receiver.onFailure(refusal.meansSessionLost() ? refusal.sessionLost() : refusal.toException());
            } else if (!request) {
                receiver.onEnd();
            }
        }

        @Override
        public void onFailure(Throwable failure, boolean delivered) {
            receiver.onFailure(failures.broken(what, failure, delivered));
        }
    }
}

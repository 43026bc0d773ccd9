package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.BrokenAnswer;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What comes back for one POST: nothing, one JSON message, or an event stream. A stream that ends before the answer came is
 * resumed if the server gave its events ids (MCP 2025-11-25, Transports, Resumability). Whatever happens, the receiver
 * hears exactly one end, unless it gave up itself.
 */
final class PostResponse
        implements HttpExchanger.Listener, UpstreamChannel.Exchange, SseParser.Handler, IncomingText.Sink {
    private enum Mode {
        WAITING,
        NOTHING,
        JSON,
        EVENTS,
        REFUSED,
        OVER
    }

    private final StreamableHttpChannel channel;
    private final Outgoing message;
    private final UpstreamChannel.Receiver receiver;
    private volatile Mode mode = Mode.WAITING;
    private volatile UpstreamChannel.@Nullable Exchange exchange;
    private @Nullable ByteCollector json;
    private @Nullable SseParser events;
    private @Nullable HttpRefusal refusal;
    private volatile boolean gaveUp;
    private boolean answered;
    /** Why the last of what came and was no message is none; null if everything was. */
    private @Nullable GatewayException broken;

    private final Resumption resumption;

    PostResponse(StreamableHttpChannel channel, Outgoing message, UpstreamChannel.Receiver receiver) {
        this.channel = channel;
        this.message = message;
        this.receiver = receiver;
        this.resumption = new Resumption(channel);
    }

    /** The exchange exists only after the first callbacks may have come. */
    void started(UpstreamChannel.Exchange started) {
        exchange = started;
        if (gaveUp) {
            started.cancel();
        }
    }

    @Override
    public void cancel() {
        mode = Mode.OVER;
        gaveUp = true;
        UpstreamChannel.Exchange current = exchange;
        if (current != null) {
            current.cancel();
        }
    }

    @Override
    public void onHeaders(int status, Function<String, @Nullable String> headers) {
        if (mode == Mode.OVER) {
            return;
        }
        if (status < 200 || status > 299) {
            refusal = new HttpRefusal(channel.service(), what(), status);
            mode = Mode.REFUSED;
            return;
        }
        String session = "initialize".equals(message.method()) ? headers.apply(StreamableHttpChannel.SESSION) : null;
        if (session != null) {
            channel.sessionIs(session);
        }
        if (!message.request() || status == 202 || status == 204) {
            mode = Mode.NOTHING;
            return;
        }
        String type = headers.apply("Content-Type");
        if (HttpFailures.isType(type, "application/json")) {
            ByteCollector collector = new ByteCollector(channel.maxMessageBytes());
            collector.expect(length(headers.apply("Content-Length")));
            json = collector;
            mode = Mode.JSON;
        } else if (HttpFailures.isType(type, "text/event-stream")) {
            beginEvents();
        } else {
            abort(channel.failures().wrongType(what(), type));
        }
    }

    @Override
    public void onContent(ByteBuffer part) {
        boolean fits = true;
        switch (mode) {
            case JSON -> fits = json == null || json.add(part);
            case EVENTS -> fits = events == null || events.feed(part);
            case REFUSED -> {
                if (refusal != null) {
                    refusal.add(part);
                }
            }
            case WAITING, NOTHING, OVER -> {}
        }
        if (!fits && mode != Mode.OVER) {
            abort(channel.failures().tooLarge(what(), channel.maxMessageBytes()));
        }
    }

    private void beginEvents() {
        events = new SseParser(channel.maxMessageBytes(), this);
        mode = Mode.EVENTS;
    }

    @Override
    public void onEvent(String type, byte[] data) {
        if (mode == Mode.OVER) {
            return;
        }
        resumption.progress();
        IncomingText.read(data, this);
    }

    @Override
    public void onMessage(Message incoming) {
        answered |= incoming.isAnswer();
        receiver.onMessage(incoming);
    }

    /** In an event it may be the answer, or something else that the server said on the way to it. */
    @Override
    public void onBroken(byte[] text, GatewayException reason) {
        if (mode == Mode.EVENTS && !answered && isMine(text)) {
            abort(channel.failures().notMcp(what(), reason));
            return;
        }
        broken = reason;
        if (mode == Mode.EVENTS || answered) {
            channel.passedOver().add(text, reason);
        }
    }

    private boolean isMine(byte[] text) {
        RequestId own = RequestId.findIn(message.json());
        return own != null && !BrokenAnswer.ids(text, own::equals).isEmpty();
    }

    @Override
    public void onRetry(long millis) {
        resumption.retryAfter(millis);
    }

    /** False if there is nothing to go on with. */
    private boolean resumeLater() {
        SseParser broken = events;
        String last = broken == null ? null : broken.lastEventId();
        boolean possible = mode == Mode.EVENTS && !answered && message.request();
        return possible && resumption.resumeLater(last, this::resume);
    }

    private void resume(String lastEventId) {
        if (mode != Mode.OVER) {
            beginEvents();
            started(channel.resume(lastEventId, new Resumed()));
        }
    }

    /** The rest of the stream, on another connection. */
    private final class Resumed implements HttpExchanger.Listener {
        private boolean refused;

        @Override
        public void onHeaders(int status, Function<String, @Nullable String> headers) {
            refused = status != 200 || !HttpFailures.isType(headers.apply("Content-Type"), "text/event-stream");
        }

        @Override
        public void onContent(ByteBuffer part) {
            if (!refused) {
                PostResponse.this.onContent(part);
            }
        }

        @Override
        public void onComplete() {
            if (refused) {
                // The stream is gone at the server, and the answer with it.
                end();
            } else {
                PostResponse.this.onComplete();
            }
        }

        @Override
        public void onFailure(Throwable failure, boolean delivered) {
            PostResponse.this.onFailure(failure, true);
        }
    }

    @Override
    public void onComplete() {
        switch (mode) {
            case JSON -> onJson();
            case REFUSED -> onRefused();
            case EVENTS -> {
                if (resumeLater()) {
                    receiver.onSuspended();
                } else {
                    endOrBroken();
                }
            }
            case NOTHING -> end();
            case WAITING, OVER -> {}
        }
    }

    private void onJson() {
        IncomingText.read(json == null ? new byte[0] : json.take(), this);
        endOrBroken();
    }

    /** If no answer has come, what was no message was meant for it. */
    private void endOrBroken() {
        GatewayException reason = answered ? null : broken;
        if (reason == null) {
            end();
        } else {
            fail(channel.failures().notMcp(what(), reason));
        }
    }

    private void onRefused() {
        HttpRefusal refused = refusal;
        if (refused == null) {
            return;
        }
        refused.end();
        Message error = message.request() ? refused.error(message.id()) : null;
        if (channel.hasSession() && refused.meansSessionLost()) {
            channel.sessionLost();
            fail(refused.sessionLost());
        } else if (refused.meansOtherGeneration(message, error)) {
            fail(refused.otherGeneration());
        } else if (error != null && (channel.relaysRefusals() || message.isModern())) {
            receiver.onMessage(error);
            end();
        } else {
            fail(refused.toException());
        }
    }

    @Override
    public void onFailure(Throwable failure, boolean delivered) {
        if (resumeLater()) {
            return;
        }
        GatewayException broken = channel.failures().broken(what(), failure, delivered);
        if (delivered) {
            // Most often the server has ended, and whoever learns how cancels this in a moment.
            channel.afterLastWords(() -> fail(broken));
        } else {
            fail(broken);
        }
    }

    private void end() {
        if (mode != Mode.OVER) {
            mode = Mode.OVER;
            receiver.onEnd();
        }
    }

    private void fail(GatewayException failure) {
        if (mode != Mode.OVER) {
            mode = Mode.OVER;
            receiver.onFailure(failure);
        }
    }

    /** Fails and leaves the rest of the answer unread. */
    private void abort(GatewayException failure) {
        fail(failure);
        cancel();
    }

    private String what() {
        return message.method() == null ? "an answer" : message.method();
    }

    private static long length(@Nullable String header) {
        if (header == null || header.isEmpty() || header.length() > 10) {
            return 0;
        }
        long length = 0;
        for (int i = 0; i < header.length(); i++) {
            int digit = header.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            length = length * 10 + digit;
        }
        return length;
    }
}

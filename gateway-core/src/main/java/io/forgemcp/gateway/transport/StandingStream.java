package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.time.Timers;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GET stream on which a server speaks unasked. It is opened again when it ends, after a pause that doubles while
 * nothing comes; a server that has no such stream (405, or anything else that is not a stream) is left in peace.
 */
final class StandingStream {
    private static final Logger LOG = LoggerFactory.getLogger(StandingStream.class);

    private final String service;
    private final URI url;
    private final HttpExchanger http;
    private final Timers timers;
    private final TransportSettings settings;
    private final ChannelListener listener;
    private final PassedOver passedOver;
    private List<String> headers = List.of();
    private Duration pause;
    private @Nullable String lastEventId;
    private UpstreamChannel.@Nullable Exchange exchange;
    private Timers.@Nullable Cancellable reopening;
    private boolean closed;
    private @Nullable Runnable answered;

    StandingStream(
            String service,
            URI url,
            HttpExchanger http,
            Timers timers,
            TransportSettings settings,
            ChannelListener listener,
            PassedOver passedOver) {
        this.service = service;
        this.url = url;
        this.http = http;
        this.timers = timers;
        this.settings = settings;
        this.listener = listener;
        this.passedOver = passedOver;
        this.pause = settings.reconnectDelay();
    }

    /** @param firstAnswered runs once, when the first attempt has been answered or has failed */
    void open(List<String> requestHeaders, Runnable firstAnswered) {
        synchronized (this) {
            headers = requestHeaders;
            answered = firstAnswered;
        }
        connect();
    }

    private void answered() {
        Runnable waiting;
        synchronized (this) {
            waiting = answered;
            answered = null;
        }
        if (waiting != null) {
            waiting.run();
        }
    }

    private void connect() {
        List<String> list;
        synchronized (this) {
            if (closed) {
                return;
            }
            list = new ArrayList<>(headers);
            if (lastEventId != null) {
                list.add("Last-Event-ID");
                list.add(lastEventId);
            }
        }
        UpstreamChannel.Exchange started = http.send(new HttpExchanger.Call("GET", url, list, null), new Connection());
        boolean tooLate;
        synchronized (this) {
            exchange = started;
            tooLate = closed;
        }
        if (tooLate) {
            started.cancel();
        }
    }

    void close() {
        UpstreamChannel.Exchange current;
        synchronized (this) {
            closed = true;
            current = exchange;
            if (reopening != null) {
                reopening.cancel();
            }
        }
        if (current != null) {
            current.cancel();
        }
    }

    private synchronized void reopenLater() {
        if (closed) {
            return;
        }
        reopening = timers.schedule(pause, this::connect);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(settings.maxReconnectDelay()) > 0 ? settings.maxReconnectDelay() : doubled;
    }

    private synchronized void alive(@Nullable String eventId) {
        pause = settings.reconnectDelay();
        reached(eventId);
    }

    /** Some servers number every event with the session's id, which is among the headers and names no event. */
    private synchronized void reached(@Nullable String eventId) {
        lastEventId = eventId == null || headers.contains(eventId) ? null : eventId;
    }

    private synchronized void retryAfter(long millis) {
        Duration asked = Duration.ofMillis(Math.max(1, millis));
        pause = asked.compareTo(settings.maxReconnectDelay()) > 0 ? settings.maxReconnectDelay() : asked;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** One attempt at the stream. */
    private final class Connection implements HttpExchanger.Listener, SseParser.Handler, IncomingText.Sink {
        private final SseParser parser = new SseParser(settings.maxMessageBytes(), this);
        private boolean isStream;
        private boolean broken;

        @Override
        public void onHeaders(int status, Function<String, @Nullable String> answer) {
            String type = answer.apply("Content-Type");
            isStream = status == 200 && type != null && type.regionMatches(true, 0, "text/event-stream", 0, 17);
            if (!isStream && status != 405) {
                LOG.debug("No standing stream: service={} status={}", service, status);
            }
            answered();
        }

        @Override
        public void onContent(ByteBuffer part) {
            if (!isStream || broken || isClosed()) {
                return;
            }
            if (!parser.feed(part)) {
                broken = true;
                LOG.warn(
                        "Standing stream dropped, event too large: service={} limit={}",
                        service,
                        settings.maxMessageBytes());
                close();
            }
        }

        @Override
        public void onEvent(String type, byte[] data) {
            alive(parser.lastEventId());
            if (isClosed()) {
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

        @Override
        public void onRetry(long millis) {
            retryAfter(millis);
        }

        @Override
        public void onComplete() {
            if (isStream) {
                if (parser.lastEventId() != null) {
                    reached(parser.lastEventId());
                }
                reopenLater();
            }
        }

        @Override
        public void onFailure(Throwable failure, boolean delivered) {
            answered();
            reopenLater();
        }
    }
}

package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What comes back for one POST: nothing, one JSON message, or an event stream. Whatever happens, the receiver hears
 * exactly one end, unless it gave up itself.
 */
final class PostResponse implements HttpExchanger.Listener, UpstreamChannel.Exchange {
    /** A refusal is read this far to find a JSON-RPC error in it. */
    private static final int MAX_REFUSAL = 64 << 10;

    private enum Mode {
        WAITING,
        NOTHING,
        JSON,
        EVENTS,
        REFUSED,
        OVER
    }

    private final String service;
    private final StreamableHttpChannel channel;
    private final Outgoing message;
    private final int maxMessageBytes;
    private final UpstreamChannel.Receiver receiver;
    private final AtomicReference<UpstreamChannel.@Nullable Exchange> exchange = new AtomicReference<>();
    private volatile Mode mode = Mode.WAITING;
    private int status;
    private @Nullable ByteCollector body;
    private @Nullable SseParser events;

    PostResponse(
            String service,
            StreamableHttpChannel channel,
            Outgoing message,
            int maxMessageBytes,
            UpstreamChannel.Receiver receiver) {
        this.service = service;
        this.channel = channel;
        this.message = message;
        this.maxMessageBytes = maxMessageBytes;
        this.receiver = receiver;
    }

    /** The exchange exists only after the first callbacks may have come. */
    void started(UpstreamChannel.Exchange started) {
        exchange.set(started);
        if (mode == Mode.OVER) {
            started.cancel();
        }
    }

    @Override
    public void cancel() {
        mode = Mode.OVER;
        UpstreamChannel.Exchange current = exchange.get();
        if (current != null) {
            current.cancel();
        }
    }

    @Override
    public void onHeaders(int code, Function<String, @Nullable String> headers) {
        if (mode == Mode.OVER) {
            return;
        }
        status = code;
        String type = headers.apply("Content-Type");
        if (code < 200 || code > 299) {
            mode = Mode.REFUSED;
            body = new ByteCollector(MAX_REFUSAL);
            return;
        }
        String session = "initialize".equals(message.method()) ? headers.apply(StreamableHttpChannel.SESSION) : null;
        if (session != null) {
            channel.sessionIs(session);
        }
        if (!message.request() || code == 202 || code == 204) {
            mode = Mode.NOTHING;
        } else if (isType(type, "application/json")) {
            mode = Mode.JSON;
            ByteCollector collector = new ByteCollector(maxMessageBytes);
            collector.expect(length(headers.apply("Content-Length")));
            body = collector;
        } else if (isType(type, "text/event-stream")) {
            mode = Mode.EVENTS;
            events = new SseParser(maxMessageBytes, (name, data) -> onEvent(data));
        } else {
            fail(
                    ErrorCode.UPSTREAM_PROTOCOL,
                    "Service \"" + service + "\" answered " + what() + " with content type "
                            + (type == null ? "missing" : "\"" + shortened(type) + "\"")
                            + ", which is not MCP. Check that its URL is the MCP endpoint.",
                    null);
        }
    }

    @Override
    public void onContent(ByteBuffer part) {
        switch (mode) {
            case JSON -> {
                if (body != null && !body.add(part)) {
                    tooLarge();
                }
            }
            case EVENTS -> {
                if (events != null && !events.feed(part)) {
                    tooLarge();
                }
            }
            case REFUSED -> {
                if (body != null) {
                    body.add(part);
                }
            }
            case WAITING, NOTHING, OVER -> {}
        }
    }

    private void onEvent(byte[] data) {
        if (mode == Mode.OVER) {
            return;
        }
        try {
            IncomingText.read(data, receiver::onMessage);
        } catch (GatewayException notMcp) {
            fail(
                    ErrorCode.UPSTREAM_PROTOCOL,
                    "Service \"" + service + "\" sent an event that is not JSON-RPC while answering " + what() + ": "
                            + notMcp.getMessage(),
                    notMcp);
        }
    }

    @Override
    public void onComplete() {
        Mode last = mode;
        switch (last) {
            case JSON -> onJson();
            case REFUSED -> onRefused();
            case EVENTS, NOTHING -> {
                mode = Mode.OVER;
                receiver.onEnd();
            }
            case WAITING, OVER -> {}
        }
    }

    private void onJson() {
        byte[] json = body == null ? new byte[0] : body.take();
        try {
            IncomingText.read(json, receiver::onMessage);
        } catch (GatewayException notMcp) {
            fail(
                    ErrorCode.UPSTREAM_PROTOCOL,
                    "Service \"" + service + "\" answered " + what() + " with something that is not JSON-RPC: "
                            + notMcp.getMessage(),
                    notMcp);
            return;
        }
        mode = Mode.OVER;
        receiver.onEnd();
    }

    private void onRefused() {
        Message error = refusal();
        if (channel.hasSession() && (status == 404 || (status == 400 && error != null && namesSession(error)))) {
            channel.sessionLost();
            fail(
                    ErrorCode.SESSION_NOT_FOUND,
                    "Service \"" + service + "\" no longer knows the gateway's session.",
                    null);
        } else if (error != null && message.request()) {
            mode = Mode.OVER;
            receiver.onMessage(error);
            receiver.onEnd();
        } else if (status == 401 || status == 403) {
            fail(
                    ErrorCode.UPSTREAM_REFUSED,
                    "Service \"" + service + "\" refused " + what() + " with HTTP " + status
                            + ". Check the credentials in the headers of its configuration.",
                    null);
        } else if (status >= 300 && status < 400) {
            fail(
                    ErrorCode.UPSTREAM_PROTOCOL,
                    "Service \"" + service + "\" redirected " + what() + " (HTTP " + status
                            + "), which the gateway does not follow. Configure the URL it redirects to.",
                    null);
        } else {
            fail(
                    ErrorCode.UPSTREAM_PROTOCOL,
                    "Service \"" + service + "\" answered " + what() + " with HTTP " + status + ". "
                            + (status >= 500 ? "Its own log may say why." : "Check that its URL is the MCP endpoint."),
                    null);
        }
    }

    /** The JSON-RPC error in the body of a refusal; null if there is none. */
    private @Nullable Message refusal() {
        if (body == null || body.isEmpty()) {
            return null;
        }
        try {
            Message error = Message.parse(body.take());
            return error.kind() == Message.Kind.ERROR ? error : null;
        } catch (GatewayException notMcp) {
            return null;
        }
    }

    /** Some servers say 400 instead of 404 once they have forgotten a session, and name it only in the text. */
    private static boolean namesSession(Message error) {
        JsonSlice detail = error.get(Message.Field.ERROR);
        String text = detail == null ? null : detail.textMember("message");
        return text != null && text.toLowerCase(Locale.ROOT).contains("session");
    }

    private void tooLarge() {
        fail(
                ErrorCode.UPSTREAM_PROTOCOL,
                "Service \"" + service + "\" answered " + what() + " with more than " + maxMessageBytes
                        + " bytes. Ask it for less, or raise the limit for messages from servers.",
                null);
        cancel();
    }

    @Override
    public void onFailure(Throwable failure, boolean delivered) {
        if (delivered) {
            fail(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "The connection to service \"" + service + "\" broke after " + what()
                            + " was sent; it may or may not have run and was not repeated.",
                    failure);
        } else {
            fail(
                    ErrorCode.UPSTREAM_UNREACHABLE,
                    "Service \"" + service + "\" could not be reached at " + channel.place() + " ("
                            + failure.getClass().getSimpleName() + "); " + what() + " was not sent.",
                    failure);
        }
    }

    private void fail(ErrorCode code, String text, @Nullable Throwable cause) {
        if (mode == Mode.OVER) {
            return;
        }
        mode = Mode.OVER;
        receiver.onFailure(new GatewayException(code, text, cause));
    }

    private String what() {
        return message.method() == null ? "an answer" : message.method();
    }

    private static boolean isType(@Nullable String type, String wanted) {
        return type != null
                && type.regionMatches(true, 0, wanted, 0, wanted.length())
                && (type.length() == wanted.length()
                        || type.charAt(wanted.length()) == ';'
                        || type.charAt(wanted.length()) == ' ');
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

    static String shortened(String text) {
        String plain = new String(text.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
        return plain.length() <= 80 ? plain : plain.substring(0, 80);
    }
}

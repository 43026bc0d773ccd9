package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Answers one POST: as JSON if the answer is the first thing that comes, as a stream if something comes before it, or if
 * nothing comes for a while; the comments on a stream keep proxies from losing patience. Thread-safe.
 */
final class PostReply implements Reply {
    /** Longer than nearly every answer takes, shorter than the patience of any proxy. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private final McpResponder responder;
    private final boolean streams;
    private final boolean batch;
    private final ToIntFunction<byte[]> status;
    private final String[] headers;
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private int missing;
    private @Nullable EventStream stream;
    private Timers.@Nullable Cancellable opening;
    private boolean over;

    private PostReply(
            McpResponder responder,
            boolean streams,
            int requests,
            boolean batch,
            ToIntFunction<byte[]> status,
            List<String> headers) {
        this.responder = responder;
        this.streams = streams;
        this.missing = requests;
        this.batch = batch;
        this.status = status;
        this.headers = headers.toArray(String[]::new);
    }

    /**
     * For one request.
     *
     * @param streams whether the client takes an event stream
     * @param status the HTTP status of an answer that is not streamed
     * @param headers names and values in turn
     */
    static PostReply one(
            McpResponder responder,
            boolean streams,
            Timers timers,
            ToIntFunction<byte[]> status,
            List<String> headers) {
        return new PostReply(responder, streams, 1, false, status, headers).openingSoon(timers);
    }

    /** For a batch with so many requests (MCP 2025-03-26): a stream, or an array where the client takes no stream. */
    static PostReply batch(McpResponder responder, boolean streams, Timers timers, int requests) {
        return new PostReply(responder, streams, requests, true, json -> 200, List.of()).openingSoon(timers);
    }

    private synchronized PostReply openingSoon(Timers timers) {
        if (streams) {
            opening = timers.schedule(SOON, this::begin);
        }
        return this;
    }

    /** Begins the stream, unless the answer was quicker or the client takes none. */
    synchronized void begin() {
        if (!over && streams) {
            open();
        }
    }

    private EventStream open() {
        EventStream opened = stream;
        if (opened == null) {
            opened = responder.stream(headers);
            stream = opened;
            if (opening != null) {
                opening.cancel();
            }
        }
        return opened;
    }

    @Override
    public synchronized boolean message(byte[] json) {
        if (!streams || over) {
            return false;
        }
        open().event(null, json);
        return true;
    }

    @Override
    public synchronized void answer(byte[] json) {
        if (over) {
            return;
        }
        missing--;
        if (stream != null || (batch && streams)) {
            open().event(null, json);
        } else if (batch) {
            collected.write(collected.size() == 0 ? '[' : ',');
            collected.writeBytes(json);
        }
        if (missing == 0) {
            finish(json);
        }
    }

    /** A request is answered with JSON or a stream and nothing else (MCP 2025-11-25, Transports). */
    @Override
    public synchronized void nothing(RequestId id) {
        if (!streams) {
            answer(Messages.error(id, new GatewayException(ErrorCode.CANCELLED, "The client cancelled this request.")));
            return;
        }
        missing--;
        if (missing <= 0 && !over) {
            finish(null);
        }
    }

    private void finish(byte @Nullable [] json) {
        over = true;
        if (opening != null) {
            opening.cancel();
        }
        EventStream opened = stream;
        if (opened != null) {
            opened.close();
        } else if (batch && collected.size() > 0) {
            collected.write(']');
            responder.answer(200, collected.toByteArray(), headers);
        } else if (json != null) {
            responder.answer(status.applyAsInt(json), json, headers);
        } else {
            responder.nothing(headers);
        }
    }

    /** The client has gone. */
    synchronized void gone() {
        over = true;
        if (opening != null) {
            opening.cancel();
        }
    }
}

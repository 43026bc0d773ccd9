package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A conversation on standard streams: one writer, one reader, one stream for everything. */
final class StdioChannel implements UpstreamChannel {
    private final String service;
    private final StdioWriter writer;
    private final ChannelListener listener;
    private final Duration lastWords;
    private boolean over;

    StdioChannel(String service, StdioWriter writer, ChannelListener listener, Duration lastWords) {
        this.service = service;
        this.writer = writer;
        this.listener = listener;
        this.lastWords = lastWords;
    }

    @Override
    public Exchange send(Outgoing message, Receiver receiver) {
        writer.write(message, receiver);
        return Exchange.NONE;
    }

    /** From the reader. */
    void onMessage(Message message) {
        if (message.isAnswer()) {
            writer.answered(message.numericId());
        }
        synchronized (this) {
            if (over) {
                return;
            }
        }
        listener.onMessage(message);
    }

    /** From the reader: throws if the message is to be taken for a broken one. */
    void check(Message message) {
        listener.check(message);
    }

    /** From the reader: a line is a batch; throws if none may come. */
    void onBatch() {
        listener.onBatch();
    }

    /** From the reader: a line that is no message. */
    boolean onUnreadable(byte[] text, GatewayException reason) {
        synchronized (this) {
            if (over) {
                return false;
            }
        }
        return listener.onUnreadable(text, reason);
    }

    /**
     * From the reader: the server closed its output, or reading failed. Most often it has ended, and whoever learns how closes
     * this in a moment; the reader has nothing else to do meanwhile.
     */
    void onEnd(String how) {
        synchronized (this) {
            long end = System.nanoTime() + lastWords.toNanos();
            try {
                for (long left = lastWords.toNanos(); !over && left > 0; left = end - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            if (over) {
                return;
            }
            over = true;
        }
        writer.close();
        listener.onClosed(new GatewayException(
                ErrorCode.OUTCOME_UNKNOWN, "Service \"" + service + "\" " + how + " while it was being used."));
    }

    /** Closes the server's input, which asks it to end; what it still writes is read and dropped. */
    @Override
    public void close() {
        synchronized (this) {
            over = true;
            notifyAll();
        }
        writer.close();
    }
}

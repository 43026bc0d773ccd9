package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts what a server writes into lines and lines into messages; one copy a message. What is not a message, such as a
 * greeting or a stray {@code print}, is told once and passed over.
 */
final class StdioReader implements Runnable, IncomingText.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(StdioReader.class);
    private static final int FIRST_ROOM = 16 << 10;

    private final String service;
    private final InputStream input;
    private final int maxLine;
    private final StdioChannel channel;
    private byte[] buffer = new byte[FIRST_ROOM];
    private int start;
    private int end;
    private final PassedOver passedOver;
    /** Of the line that is too long and being passed over; null if none is. */
    private @Nullable LineOutline skipped;

    private boolean skippedTold;

    StdioReader(String service, InputStream input, int maxLine, StdioChannel channel) {
        this.service = service;
        this.input = input;
        this.maxLine = maxLine;
        this.channel = channel;
        this.passedOver = new PassedOver(service, "make it log to standard error");
    }

    @Override
    public void run() {
        String how = "closed its output";
        try {
            int count;
            while ((count = input.read(buffer, end, buffer.length - end)) >= 0) {
                int scanned = end;
                end += count;
                cut(scanned);
                makeRoom();
            }
            if (skipped != null) {
                endOfSkipped(skipped);
            } else if (start < end) {
                line(start, end);
            }
        } catch (IOException failure) {
            how = "could not be read from (" + failure.getMessage() + ")";
        } catch (RuntimeException | Error defect) {
            LOG.error("Reading from a server failed: service={}", service, defect);
            how = "could not be read from (defect in the gateway, see its log)";
        }
        channel.onEnd(how);
    }

    private void cut(int from) {
        for (int i = from; i < end; i++) {
            if (buffer[i] == '\n') {
                if (skipped != null) {
                    skipped.add(buffer, start, i);
                    endOfSkipped(skipped);
                } else {
                    line(start, i);
                }
                start = i + 1;
            }
        }
    }

    private void makeRoom() {
        int pending = end - start;
        if (pending == 0) {
            start = 0;
            end = 0;
            if (buffer.length > FIRST_ROOM * 16) {
                buffer = new byte[FIRST_ROOM];
            }
            return;
        }
        if (skipped != null || pending > maxLine) {
            skip();
        } else if (end == buffer.length) {
            byte[] target =
                    pending > buffer.length / 2 ? new byte[(int) Math.min(maxLine + 1L, buffer.length * 2L)] : buffer;
            System.arraycopy(buffer, start, target, 0, pending);
            buffer = target;
            start = 0;
            end = pending;
        }
    }

    /** What has come of a line that is too long is looked at and dropped. */
    private void skip() {
        LineOutline outline = skipped;
        if (outline == null) {
            outline = new LineOutline();
            skipped = outline;
            skippedTold = false;
        }
        outline.add(buffer, start, end);
        start = 0;
        end = 0;
        if (buffer.length > FIRST_ROOM * 16) {
            buffer = new byte[FIRST_ROOM];
        }
        if (!skippedTold && outline.isEnough()) {
            tooLong(outline);
        }
    }

    private void endOfSkipped(LineOutline outline) {
        if (!skippedTold) {
            tooLong(outline);
        }
        skipped = null;
    }

    private void tooLong(LineOutline outline) {
        skippedTold = true;
        GatewayException reason = new GatewayException(
                ErrorCode.BODY_TOO_LARGE,
                "A line is longer than " + maxLine + " bytes and was dropped. Send less in one message.");
        if (!channel.onUnreadable(outline.toBytes(), reason)) {
            LOG.warn("Line from a server is too long and was dropped: service={} limit={}", service, maxLine);
        }
    }

    private void line(int from, int to) {
        int stop = to > from && buffer[to - 1] == '\r' ? to - 1 : to;
        if (stop == from) {
            return;
        }
        byte[] text = Arrays.copyOfRange(buffer, from, stop);
        if (text[0] == '[') {
            try {
                channel.onBatch();
            } catch (GatewayException refused) {
                onBroken(text, refused);
                return;
            }
        }
        IncomingText.read(text, this);
    }

    @Override
    public void check(Message message) {
        channel.check(message);
    }

    @Override
    public void onMessage(Message message) {
        channel.onMessage(message);
    }

    @Override
    public void onBroken(byte[] text, GatewayException reason) {
        if (!channel.onUnreadable(text, reason)) {
            passedOver.add(text, reason);
        }
    }
}

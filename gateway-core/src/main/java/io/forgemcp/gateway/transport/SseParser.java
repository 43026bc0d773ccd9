package io.forgemcp.gateway.transport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream (WHATWG HTML, Server-sent events, section 9.2.6) from bytes that come in arbitrary parts.
 * Lines end in CR, LF or both; an event whose data is empty is no event here, which covers the priming events of MCP 2025-11-25.
 *
 * <p>Lines are collected as bytes, so that a message never becomes a Java string. Not thread-safe.
 */
final class SseParser {
    /** Hears events in order. */
    interface Handler {
        /**
         * @param type the event's name; {@code message} if the stream gave none
         * @param data the data without the last line break; the handler owns the bytes
         */
        void onEvent(String type, byte[] data);

        /** The server asks to wait this long before reconnecting, in milliseconds. */
        default void onRetry(long millis) {}
    }

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final String MESSAGE = "message";

    private final Handler handler;
    private final ByteCollector line;
    private final ByteCollector data;
    private boolean dataSeen;
    private boolean skipLineFeed;
    private int bomSeen;
    private String type = MESSAGE;
    private @Nullable String eventId;
    private @Nullable String lastEventId;

    /** @param maxEventBytes the most that the data of one event, and any one line, may hold */
    SseParser(int maxEventBytes, Handler handler) {
        this.handler = handler;
        this.line = new ByteCollector(maxEventBytes);
        this.data = new ByteCollector(maxEventBytes);
    }

    /** The id that a reconnection names as Last-Event-ID; null if the stream gave none. */
    @Nullable
    String lastEventId() {
        return lastEventId;
    }

    /**
     * Reads the next part of the stream.
     *
     * @return false if an event is larger than allowed; the parser cannot be used any more then
     */
    boolean feed(ByteBuffer part) {
        while (bomSeen >= 0 && part.hasRemaining()) {
            if (!skipBom(part)) {
                return false;
            }
        }
        while (part.hasRemaining()) {
            int start = part.position();
            int stop = lineEnd(part);
            ByteBuffer piece = part.slice(start, stop - start);
            if (skipLineFeed && piece.hasRemaining()) {
                skipLineFeed = false;
            }
            if (stop == part.limit()) {
                part.position(stop);
                return line.add(piece);
            }
            byte end = part.get(stop);
            part.position(stop + 1);
            if (end == '\n' && skipLineFeed) {
                skipLineFeed = false;
                continue;
            }
            skipLineFeed = end == '\r';
            if (!line.add(piece) || !onLine()) {
                return false;
            }
        }
        return true;
    }

    /** Leaves out a byte order mark at the very beginning, which may itself come in parts. */
    private boolean skipBom(ByteBuffer part) {
        if (part.get(part.position()) == BOM[bomSeen]) {
            part.position(part.position() + 1);
            bomSeen++;
            if (bomSeen == BOM.length) {
                bomSeen = -1;
            }
            return true;
        }
        boolean fits = line.add(BOM, 0, bomSeen);
        bomSeen = -1;
        return fits;
    }

    private static int lineEnd(ByteBuffer part) {
        int limit = part.limit();
        if (part.hasArray()) {
            byte[] array = part.array();
            int offset = part.arrayOffset();
            for (int i = part.position() + offset; i < limit + offset; i++) {
                if (array[i] == '\n' || array[i] == '\r') {
                    return i - offset;
                }
            }
            return limit;
        }
        for (int i = part.position(); i < limit; i++) {
            byte b = part.get(i);
            if (b == '\n' || b == '\r') {
                return i;
            }
        }
        return limit;
    }

    private boolean onLine() {
        if (line.isEmpty()) {
            dispatch();
            return true;
        }
        boolean fits = onField(line.array(), line.length());
        line.clear();
        return fits;
    }

    private boolean onField(byte[] text, int end) {
        int colon = 0;
        while (colon < end && text[colon] != ':') {
            colon++;
        }
        int value = colon + 1 < end && text[colon + 1] == ' ' ? colon + 2 : Math.min(colon + 1, end);
        if (is(text, colon, "data")) {
            return addData(text, value, end);
        } else if (is(text, colon, "event")) {
            type = string(text, value, end);
        } else if (is(text, colon, "id")) {
            String id = string(text, value, end);
            if (id.indexOf('\0') < 0) {
                eventId = id.isEmpty() ? null : id;
            }
        } else if (is(text, colon, "retry")) {
            readRetry(string(text, value, end));
        }
        return true;
    }

    private boolean addData(byte[] text, int value, int end) {
        if (dataSeen && !data.add((byte) '\n')) {
            return false;
        }
        dataSeen = true;
        return data.add(text, value, end);
    }

    private void readRetry(String digits) {
        if (!digits.isEmpty() && digits.length() < 10 && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            handler.onRetry(Long.parseLong(digits));
        }
    }

    private void dispatch() {
        String name = type.isEmpty() ? MESSAGE : type;
        type = MESSAGE;
        dataSeen = false;
        // Only now: the id of an event that broke off must not be skipped by a reconnection.
        lastEventId = eventId;
        if (!data.isBlank()) {
            handler.onEvent(name, data.take());
        }
        data.clear();
    }

    private static boolean is(byte[] text, int length, String field) {
        if (length != field.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text[i] != field.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static String string(byte[] text, int from, int end) {
        return new String(text, from, end - from, StandardCharsets.UTF_8);
    }
}

package io.forgemcp.gateway.transport;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Grows to hold bytes that come in parts, up to a limit. A body that comes in one part is copied once. Not thread-safe. */
final class ByteCollector {
    private static final byte[] EMPTY = {};
    private static final int KEEP = 64 << 10;

    private final int limit;
    private byte[] bytes = EMPTY;
    private int length;

    ByteCollector(int limit) {
        this.limit = limit;
    }

    /** Makes room for this many bytes in all, if that is within the limit. */
    void expect(long total) {
        if (total > bytes.length && total <= limit) {
            bytes = Arrays.copyOf(bytes, (int) total);
        }
    }

    /** Whether the part still fitted. */
    boolean add(ByteBuffer part) {
        int count = part.remaining();
        if (count > limit - length) {
            return false;
        }
        reserve(count);
        part.get(bytes, length, count);
        length += count;
        return true;
    }

    /** Whether the byte still fitted. */
    boolean add(byte b) {
        if (length == limit) {
            return false;
        }
        reserve(1);
        bytes[length++] = b;
        return true;
    }

    /** Whether the bytes still fitted. */
    boolean add(byte[] source, int from, int to) {
        int count = to - from;
        if (count > limit - length) {
            return false;
        }
        reserve(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
        return true;
    }

    private void reserve(int count) {
        if (count > bytes.length - length) {
            long doubled = Math.max((long) length + count, length * 2L);
            bytes = Arrays.copyOf(bytes, (int) Math.min(limit, doubled));
        }
    }

    int length() {
        return length;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** Whether there is nothing but line feeds. */
    boolean isBlank() {
        for (int i = 0; i < length; i++) {
            if (bytes[i] != '\n') {
                return false;
            }
        }
        return true;
    }

    /** What has come so far; the collector is empty afterwards and the caller owns the bytes. */
    byte[] take() {
        byte[] taken = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        bytes = EMPTY;
        length = 0;
        return taken;
    }

    /** The bytes so far are the first {@link #length()} of these; valid until the next change. */
    byte[] array() {
        return bytes;
    }

    /** Forgets the bytes, and the room for them if a big message left much behind. */
    void clear() {
        length = 0;
        if (bytes.length > KEEP) {
            bytes = EMPTY;
        }
    }
}

package io.forgemcp.gateway.protocol;

/** Puts bytes in the place of other bytes. */
final class Splice {
    private Splice() {}

    /** The bytes {@code [start, end)} of the source with {@code [cutStart, cutEnd)} replaced. */
    static byte[] replace(byte[] source, int start, int end, int cutStart, int cutEnd, byte[] replacement) {
        int head = cutStart - start;
        int tail = end - cutEnd;
        byte[] result = new byte[head + replacement.length + tail];
        // What is copied right after an array is made is not cleared first: the longest part, the last, goes first.
        System.arraycopy(source, cutEnd, result, head + replacement.length, tail);
        System.arraycopy(source, start, result, 0, head);
        System.arraycopy(replacement, 0, result, head, replacement.length);
        return result;
    }
}

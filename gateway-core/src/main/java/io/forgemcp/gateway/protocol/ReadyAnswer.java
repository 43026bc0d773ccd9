package io.forgemcp.gateway.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A successful answer that is sent often: everything but the id of the request, which comes last, so that all who get the
 * answer can share its bytes. Immutable and thread-safe; nobody may change the bytes.
 */
public final class ReadyAnswer {
    private static final byte[] BEGIN = "{\"jsonrpc\":\"2.0\",\"result\":".getBytes(StandardCharsets.US_ASCII);

    private final byte[] shared;

    /** @param result JSON */
    public ReadyAnswer(byte[] result) {
        shared = Arrays.copyOf(BEGIN, BEGIN.length + result.length);
        System.arraycopy(result, 0, shared, BEGIN.length, result.length);
    }

    /** The text up to the end of the result, the same for every request: never change it. */
    public byte[] shared() {
        return shared;
    }

    /** The rest of the text. */
    public byte[] end(RequestId id) {
        return (",\"id\":" + id.json() + "}").getBytes(StandardCharsets.UTF_8);
    }

    /** The whole text. */
    public byte[] whole(RequestId id) {
        byte[] end = end(id);
        byte[] text = Arrays.copyOf(shared, shared.length + end.length);
        System.arraycopy(end, 0, text, shared.length, end.length);
        return text;
    }

    /** A copy of the result alone. */
    public byte[] result() {
        return Arrays.copyOfRange(shared, BEGIN.length, shared.length);
    }
}

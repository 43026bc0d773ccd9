package io.forgemcp.gateway.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Text as the value of a header field: as it is where HTTP allows that, in Base64 between marks elsewhere (MCP
 * 2026-07-28, Streamable HTTP, Value Encoding).
 */
public final class HeaderText {
    private static final String OPEN = "=?base64?";
    private static final String CLOSE = "?=";

    private HeaderText() {}

    /** The value to send. */
    public static String encode(String text) {
        return isPlain(text) && !isMarked(text)
                ? text
                : OPEN + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + CLOSE;
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < 0x20 && c != '\t') || c > 0x7e) {
                return false;
            }
        }
        return text.isEmpty() || (!isSpace(text.charAt(0)) && !isSpace(text.charAt(text.length() - 1)));
    }

    /** The text that a received value stands for, without the white space around it; null if its Base64 is none. */
    public static @Nullable String decode(String value) {
        String text = trimmed(value);
        if (!isMarked(text)) {
            return text;
        }
        String encoded = text.substring(OPEN.length(), text.length() - CLOSE.length());
        try {
            byte[] bytes = Base64.getDecoder().decode(encoded);
            // One text has one form: what Java's decoder forgives is not forgiven here.
            return Base64.getEncoder().encodeToString(bytes).equals(encoded)
                    ? StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString()
                    : null;
        } catch (IllegalArgumentException | CharacterCodingException malformed) {
            return null;
        }
    }

    private static boolean isMarked(String text) {
        return text.length() >= OPEN.length() + CLOSE.length() && text.startsWith(OPEN) && text.endsWith(CLOSE);
    }

    /** Without the optional white space around a field value (RFC 9110, section 5.5). */
    public static String trimmed(String value) {
        int from = 0;
        int to = value.length();
        while (from < to && isSpace(value.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(value.charAt(to - 1))) {
            to--;
        }
        return value.substring(from, to);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }
}

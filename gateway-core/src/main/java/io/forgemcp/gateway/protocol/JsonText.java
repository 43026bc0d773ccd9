package io.forgemcp.gateway.protocol;

import java.nio.charset.StandardCharsets;

/** JSON strings to and from Java strings (RFC 8259, section 7). */
public final class JsonText {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private JsonText() {}

    /** The text as a JSON string in UTF-8, quotes included. */
    public static byte[] quote(String text) {
        boolean plain = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
                plain = false;
                break;
            }
        }
        if (plain) {
            byte[] quoted = new byte[text.length() + 2];
            quoted[0] = '"';
            for (int i = 0; i < text.length(); i++) {
                quoted[i + 1] = (byte) text.charAt(i);
            }
            quoted[quoted.length - 1] = '"';
            return quoted;
        }
        return quoteWithEscapes(text).getBytes(StandardCharsets.UTF_8);
    }

    private static String quoteWithEscapes(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean lone = Character.isSurrogate(c) && !isPaired(text, i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20 || lone) {
                quoted.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    quoted.append((char) HEX[(c >> shift) & 0xf]);
                }
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private static boolean isPaired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }

    /** The text of the well-formed JSON string in {@code [start, end)}, quotes included. */
    static String unquote(byte[] source, int start, int end) {
        int from = start + 1;
        int to = end - 1;
        for (int i = from; i < to; i++) {
            if (source[i] == '\\') {
                return unescape(new String(source, from, to - from, StandardCharsets.UTF_8));
            }
        }
        return new String(source, from, to - from, StandardCharsets.UTF_8);
    }

    private static String unescape(String escaped) {
        StringBuilder text = new StringBuilder(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char kind = escaped.charAt(++i);
            switch (kind) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append((char) Integer.parseInt(escaped, i + 1, i + 5, 16));
                    i += 4;
                }
                default -> text.append(kind);
            }
        }
        return text.toString();
    }
}

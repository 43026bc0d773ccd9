package io.forgemcp.gateway.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScannerTest {
    @Test
    void everyByteValueAtEveryOffsetOfAWordIsJudgedRightly() {
        for (int length = 1; length <= 40; length++) {
            for (int at = 0; at < length; at++) {
                for (int value = 0; value < 256; value++) {
                    byte[] text = ("\"" + "x".repeat(length) + "\"").getBytes(UTF_8);
                    text[1 + at] = (byte) value;
                    // A quote or a lone backslash ends or breaks the string; the rest of the judgement is RFC 8259's.
                    boolean lastBackslash = value == '\\';
                    boolean expected = value >= 0x20 && value < 0x80 && value != '"' && !lastBackslash;
                    assertThat(accepted(text))
                            .as("byte 0x%02x at %d of %d", value, at, length)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void everyByteValueBesideEveryOtherIsJudgedAsJacksonDoes() {
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                byte[] text = "\"1234xx78901234567\"".getBytes(UTF_8);
                text[5] = (byte) first;
                text[6] = (byte) second;
                assertThat(accepted(text)).as("0x%02x 0x%02x", first, second).isEqualTo(Oracle.isJson(text));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0af", // overlong slash
                "c1bf", // overlong
                "e08080", // overlong in three bytes
                "e09fbf",
                "f0808080", // overlong in four bytes
                "f08fbfbf",
                "eda080", // a surrogate
                "edbfbf",
                "f4908080", // above U+10FFFF
                "f5808080",
                "ff",
                "80", // a continuation without a lead
                "c3", // a lead without a continuation
                "e282",
                "f09f98",
                "c328", // a lead before ASCII
                "e28228",
                "f09f9828",
                "f09f2880"
            })
    void whatIsNotUtf8IsRefused(String hex) {
        byte[] bad = HexFormat.of().parseHex(hex);
        for (String before : new String[] {"", "1234567", "12345678", "é"}) {
            for (String after : new String[] {"", "abcdefghij"}) {
                assertRefused(join("\"" + before, bad, after + "\""));
            }
            // Cut off at the very end of the text.
            assertRefused(join("\"" + before, bad, ""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\ud800\udc00", "\udbff\udfff"})
    void theEdgesOfUtf8AreAccepted(String character) {
        assertThat(accepted(("\"" + character + "\"").getBytes(UTF_8))).isTrue();
        assertThat(accepted(("\"1234567" + character + "12345678\"").getBytes(UTF_8)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-",
                "01",
                "-01",
                "1.",
                ".5",
                "1e",
                "1e+",
                "+1",
                "0x10",
                "NaN",
                "Infinity",
                "1 2",
                "tru",
                "truE",
                "nul",
                "{",
                "[",
                "\"",
                "\"\\",
                "\"\\u12",
                "\"\\u12g4\"",
                "\"\\x\"",
                "[1,]",
                "[,1]",
                "{,}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{1:1}",
                "{\"a\":1 \"b\":2}",
                "[1 2]",
                "]",
                "}",
                "[}",
                "{]",
                "'a'",
                "/* */ 1",
                "1 // x",
                "[1",
                "{\"a\":1",
                "\"a\nb\"",
                "\"\t\"",
                "\ufeff1",
                "1\u00a0",
                "\f1",
                "nullx",
                "\"\\u+123\""
            })
    void whatIsNotJsonIsRefused(String text) {
        assertRefused(text.getBytes(UTF_8));
        assertThat(Oracle.isJson(text.getBytes(UTF_8))).isFalse();
    }

    @Test
    void nestingUpToTheLimitIsReadAndOneMoreIsRefused() {
        int limit = Message.DEFAULT_MAX_DEPTH;
        assertThat(accepted(nested(limit, "[", "1", "]"))).isTrue();
        assertThat(accepted(nested(limit, "{\"a\":", "1", "}"))).isTrue();
        assertTooDeep(nested(limit + 1, "[", "1", "]"));
        assertTooDeep(nested(limit + 1, "{\"a\":", "1", "}"));
    }

    @Test
    void nestingFarBeyondTheLimitIsRefusedWithoutExhaustingTheStack() {
        assertTooDeep(nested(5_000, "[", "1", "]"));
        assertTooDeep(nested(5_000, "{\"a\":", "1", "}"));
        assertTooDeep("[".repeat(2_000_000).getBytes(UTF_8));
        assertTooDeep("{\"a\":[".repeat(1_000_000).getBytes(UTF_8));
    }

    @Test
    void theDeepestAllowedTextFitsOnASmallStack() throws InterruptedException {
        byte[] text = nested(Message.DEFAULT_MAX_DEPTH / 2, "[{\"a\":", "1", "}]");
        byte[] tooDeep = nested(5_000, "[{\"a\":", "1", "}]");
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread small = new Thread(
                null,
                () -> {
                    try {
                        assertThat(accepted(text)).isTrue();
                        assertTooDeep(tooDeep);
                        JsonSlice.parse(text).elements().get(0).member("a");
                    } catch (Throwable e) {
                        failure.set(e);
                    }
                },
                "small-stack",
                180 * 1024);
        small.start();
        small.join();
        assertThat(failure.get()).isNull();
    }

    @Test
    void aRefusalNamesTheByte() {
        assertThatThrownBy(() -> JsonSlice.parse("{\"a\": tru}")).hasMessageContaining("byte 6");
    }

    private static byte[] nested(int levels, String open, String inner, String close) {
        return (open.repeat(levels) + inner + close.repeat(levels)).getBytes(UTF_8);
    }

    private static byte[] join(String before, byte[] middle, String after) {
        byte[] head = before.getBytes(UTF_8);
        return (new String(head, ISO_8859_1) + new String(middle, ISO_8859_1) + after).getBytes(ISO_8859_1);
    }

    private static boolean accepted(byte[] text) {
        try {
            JsonSlice.parse(text);
            return true;
        } catch (GatewayException refused) {
            return false;
        }
    }

    private static void assertRefused(byte[] text) {
        assertCode(text, ErrorCode.MALFORMED_JSON);
    }

    private static void assertTooDeep(byte[] text) {
        assertCode(text, ErrorCode.NESTING_TOO_DEEP);
    }

    private static void assertCode(byte[] text, ErrorCode code) {
        assertThatThrownBy(() -> JsonSlice.parse(text))
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}

package io.forgemcp.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of {@code Mcp-Name} and {@code Mcp-Param-...} headers (MCP 2026-07-28, Value Encoding). */
class HeaderTextTest {
    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            delimiter = '|',
            value = {
                "us-west1|us-west1",
                "Hello, 世界|=?base64?SGVsbG8sIOS4lueVjA==?=",
                " padded |=?base64?IHBhZGRlZCA=?=",
                "=?base64?literal?=|=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=",
                "a b|a b",
                "=?base64?|=?base64?",
                "''|''"
            })
    void textIsEncodedOnlyWhereItMustBe(String text, String header) {
        assertThat(HeaderText.encode(text)).isEqualTo(header);
        assertThat(HeaderText.decode(header)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"line1\nline2", "\r\nX-Evil: 1", "\u0000", "\u007f", "tab\t", "\ud83d\ude00"})
    void whatCouldBreakOutOfAHeaderIsEncoded(String text) {
        String header = HeaderText.encode(text);

        assertThat(header).matches("[ -~]*").startsWith("=?base64?");
        assertThat(HeaderText.decode(header)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"=?base64?!!?=", "=?base64?QQ?=", "=?base64?QR==?=", "=?base64?/w==?=", "=?base64?Q Q==?="})
    void base64ThatIsNotCanonicalOrNotTextIsNone(String header) {
        assertThat(HeaderText.decode(header)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {" a ,a", "\ta\t,a", "a b,a b", "=?BASE64?QQ==?=,=?BASE64?QQ==?="})
    void whiteSpaceAroundAValueDoesNotBelongToItAndMarksAreExact(String header, String text) {
        assertThat(HeaderText.decode(header)).isEqualTo(text);
    }
}

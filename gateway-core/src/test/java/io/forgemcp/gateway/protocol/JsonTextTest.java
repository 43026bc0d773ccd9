package io.forgemcp.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTextTest {
    @Test
    void everyCharacterSurvivesQuotingAndReading() throws Exception {
        for (int c = 0; c <= 0xffff; c++) {
            String text = "a" + (char) c;
            byte[] quoted = JsonText.quote(text);
            assertThat(JsonSlice.parse(quoted).text()).as("U+%04x", c).isEqualTo(text);
            assertThat(Oracle.MAPPER.readTree(new String(quoted, UTF_8)).asText())
                    .isEqualTo(text);
        }
    }

    @Test
    void surrogatePairsSurviveAndHalvesAreEscaped() {
        assertThat(new String(JsonText.quote("😀"), UTF_8)).isEqualTo("\"😀\"");
        assertThat(new String(JsonText.quote("\ud83d"), UTF_8)).isEqualTo("\"\\ud83d\"");
        assertThat(new String(JsonText.quote("\ude00\ud83d"), UTF_8)).isEqualTo("\"\\ude00\\ud83d\"");
        assertThat(JsonSlice.parse("\"\\ud83d\\ude00\"").text()).isEqualTo("😀");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "\\b,8",
                "\\f,12",
                "\\n,10",
                "\\r,13",
                "\\t,9",
                "\\\",34",
                "\\\\,92",
                "\\/,47",
                "\\u00E9,233",
                "\\u00e9,233"
            })
    void everyEscapeIsRead(String escape, int character) {
        assertThat(JsonSlice.parse("\"" + escape + "\"").text()).isEqualTo(Character.toString(character));
    }
}

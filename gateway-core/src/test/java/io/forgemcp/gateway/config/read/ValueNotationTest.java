package io.forgemcp.gateway.config.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueNotationTest {
    @ParameterizedTest
    @CsvSource({
        "256MB, 268435456",
        "1.5GB, 1610612736",
        "512m, 536870912",
        "1Gi, 1073741824",
        "1GiB, 1073741824",
        "64 KB, 65536",
        "2g, 2147483648",
        "100, 100",
        "7b, 7"
    })
    void sizesAreReadAsDockerReadsThem(String text, long bytes) {
        assertThat(DataSize.parse(text, "")).isEqualTo(new DataSize(bytes));
    }

    @Test
    void aBareSizeCountsInTheUnitOfItsKey() {
        assertThat(DataSize.parse("192", "MB")).isEqualTo(DataSize.ofMegabytes(192));
        assertThat(DataSize.parse("1.5", "GB")).isEqualTo(DataSize.ofMegabytes(1536));
        assertThat(DataSize.parse("512MB", "GB")).isEqualTo(DataSize.ofMegabytes(512));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12XB",
                "",
                "MB",
                "-1MB",
                "1,5GB",
                "1.5.5GB",
                "99999999999999999999GB",
                "999999999999999TB",
                "0x10",
                "1e3"
            })
    void whatIsNotASizeIsRefusedWithAnExample(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DataSize.parse(text, ""))
                .withMessage("\"" + text + "\" is not a size. Write for example 256MB or 1.5GB.");
    }

    @ParameterizedTest
    @CsvSource({"1610612736, 1.5GB", "268435456, 256MB", "100, 100B", "0, 0B", "1025, 1025B"})
    void sizesAreShownInTheLargestUnitThatFits(long bytes, String text) {
        assertThat(new DataSize(bytes)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({"300, 300000", "300s, 300000", "5m, 300000", "1.5h, 5400000", "200ms, 200", "7d, 604800000", "0, 0"})
    void durationsAreInSecondsUnlessTheySayOtherwise(String text, long millis) {
        assertThat(Durations.parse(text, "")).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void aBareDurationCountsInTheUnitOfItsKey() {
        assertThat(Durations.parse("200", "ms")).isEqualTo(Duration.ofMillis(200));
        assertThat(Durations.parse("2s", "ms")).isEqualTo(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-5", "5 minutes", "5M", "1h30m", "9999999999999"})
    void whatIsNotADurationIsRefusedWithAnExample(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text, ""))
                .withMessage("\"" + text + "\" is not a duration. Write for example 300, 300s, 5m or 200ms.");
    }

    @ParameterizedTest
    @CsvSource({"300000, 5m", "90000, 90s", "250, 250ms", "0, 0s", "86400000, 1d"})
    void durationsAreShownInTheLargestWholeUnit(long millis, String text) {
        assertThat(Durations.format(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.8, 0.8", "80%, 0.8", "1, 1", "0, 0", "100%, 1", "99.9%, 0.9990000000000001"})
    void ratiosAreFractionsOrPercentages(String text, double value) {
        assertThat(Ratio.parse(text).value()).isEqualTo(value, org.assertj.core.data.Offset.offset(1e-9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "1.1", "101%", "-0.1", "half", ""})
    void whatIsNotARatioIsRefusedWithAnExample(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ratio.parse(text))
                .withMessage("\"" + text + "\" is not a ratio between 0 and 1. Write for example 0.8 or 80%.");
    }

    @Test
    void commandLinesAreSplitAsAShellWould() {
        assertThat(Words.split("npx -y 'a b' \"c \\\" d\" e\\ f  ''"))
                .containsExactly("npx", "-y", "a b", "c \" d", "e f", "");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Words.split("echo 'open"))
                .withMessageContaining("never closed");
    }

    @ParameterizedTest
    @CsvSource({"imge, image", "enviroment, environment", "auto_satrt, auto_start"})
    void theNearestWordIsSuggested(String typed, String meant) {
        assertThat(Suggestion.didYouMean(typed, java.util.List.of("image", "environment", "auto_start", "tags")))
                .isEqualTo(" Did you mean \"" + meant + "\"?");
    }

    @Test
    void nothingIsSuggestedForAWordThatIsFarFromAll() {
        assertThat(Suggestion.didYouMean("zzzzzz", java.util.List.of("image", "port")))
                .isEmpty();
    }
}

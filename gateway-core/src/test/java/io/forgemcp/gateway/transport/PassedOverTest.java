package io.forgemcp.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A line is recognised in the log by what cannot be secret. */
class PassedOverTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Server started on port 3000|Server started on port...",
                "API_KEY=abcdef|...",
                "password: hunter2|password...",
                "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9|Authorization...",
                "sk-proj-abcdef|sk...",
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"token\":\"abc\"}|{jsonrpc, id, result, token...",
                "\"s3cret\"|..."
            })
    void theExcerptHasPlainWordsAndNamesOfMembersOnly(String line, String excerpt) {
        assertThat(PassedOver.excerpt(line.getBytes(StandardCharsets.UTF_8))).isEqualTo(excerpt);
    }

    @ParameterizedTest
    @CsvSource({"1000", "1000000"})
    void theExcerptIsBounded(int length) {
        assertThat(PassedOver.excerpt(("{" + "\"aaaaaaaaaa\":1,".repeat(length)).getBytes(StandardCharsets.UTF_8)))
                .hasSizeLessThan(120);
    }
}

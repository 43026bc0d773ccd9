package io.forgemcp.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters of tools that are repeated as headers (MCP 2026-07-28, Custom Headers from Tool Parameters). */
class ParameterHeadersTest {
    private static final ParameterHeaders MARKED =
            of("{\"type\":\"object\",\"properties\":{\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"},"
                    + "\"deep\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"x-mcp-header\":\"N\"}}},"
                    + "\"ok\":{\"type\":\"boolean\",\"x-mcp-header\":\"Ok\"}}}");

    @Test
    void markedArgumentsBecomeHeaders() {
        assertThat(headers("{\"region\":\"Zürich\",\"deep\":{\"n\":-7},\"ok\":true,\"other\":1}"))
                .containsExactly(
                        "Mcp-Param-Region", "=?base64?WsO8cmljaA==?=", "Mcp-Param-N", "-7", "Mcp-Param-Ok", "true");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"region\":null,\"deep\":{}}",
                "{\"deep\":7}",
                "{\"region\":[1]}",
                "{\"deep\":{\"n\":9007199254740992}}",
                "{\"deep\":{\"n\":1e999999999}}",
                "{\"deep\":{\"n\":1e99999999999999}}",
                "{\"region\":\"a\\ud800 b\"}"
            })
    void whatIsAbsentOrHasNoExactTextHasNoHeader(String arguments) {
        assertThat(headers(arguments)).isEmpty();
        assertThat(mismatch(arguments, Map.of())).isNull();
        assertThat(mismatch(arguments, Map.of("mcp-param-region", "eu"))).isNull();
    }

    @Test
    void aToolWithoutMarksOrSchemaHasNone() {
        assertThat(ParameterHeaders.of(JsonSlice.parse("{\"name\":\"t\"}"))).isSameAs(ParameterHeaders.NONE);
        assertThat(of("{\"type\":\"object\"}")).isSameAs(ParameterHeaders.NONE);
    }

    @ParameterizedTest
    @CsvSource({"42,42", "42.0,42", "42,42.0", "42,4.2e1", "-0,0"})
    void integersAreComparedAsNumbers(String header, String argument) {
        assertThat(mismatch("{\"deep\":{\"n\":" + argument + "}}", Map.of("mcp-param-n", header)))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "region,Region,\"us\",eu",
        "region,Region,\"us\",US",
        "n,N,7,8",
        "n,N,7,seven",
        "n,N,7,7e99999999999999",
        "n,N,7,",
        "ok,Ok,true,True"
    })
    void whatDiffersIsNamed(String path, String header, String argument, String sent) {
        String arguments =
                path.equals("n") ? "{\"deep\":{\"n\":" + argument + "}}" : "{\"" + path + "\":" + argument + "}";
        Map<String, String> headers =
                sent == null ? Map.of() : Map.of("mcp-param-" + header.toLowerCase(Locale.ROOT), sent);

        assertThat(mismatch(arguments, headers)).contains("Mcp-Param-" + header);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}",
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":\"My Region\"}",
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A:B\"}",
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":\"R\u00e9gion\"}",
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\\t1\"}",
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\\r\\nB\"}",
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":7}",
                "\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}",
                "\"a\":{\"type\":\"object\",\"x-mcp-header\":\"A\"}",
                "\"a\":{\"type\":\"array\",\"x-mcp-header\":\"A\"}",
                "\"a\":{\"type\":\"null\",\"x-mcp-header\":\"A\"}",
                "\"a\":{\"x-mcp-header\":\"A\"}",
                "\"a\":{\"type\":[\"string\",\"null\"],\"x-mcp-header\":\"A\"}",
                "\"a\":{\"type\":\"string\",\"x\\u002dmcp-header\":\"\"}",
                "\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},\"b\":{\"type\":\"string\",\"x-mcp-header\":\"a\"}",
                "\"a\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}",
                "\"a\":{\"oneOf\":[{\"type\":\"string\",\"x-mcp-header\":\"A\"}]}",
                "\"a\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}",
                "\"a\":{\"$defs\":{\"d\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}"
            })
    void aMarkThatBreaksTheRulesSpoilsTheTool(String properties) {
        ParameterHeaders headers = of("{\"type\":\"object\",\"properties\":{" + properties + "}}");

        assertThat(headers.fault()).isNotBlank();
        assertThat(headers.isEmpty()).isTrue();
    }

    @Test
    void aPropertyThatIsCalledLikeAKeywordIsStillAProperty() {
        assertThat(of("{\"properties\":{\"items\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}")
                        .fault())
                .isNull();
    }

    private static ParameterHeaders of(String schema) {
        return ParameterHeaders.of(JsonSlice.parse("{\"name\":\"t\",\"inputSchema\":" + schema + "}"));
    }

    private static List<String> headers(String arguments) {
        return MARKED.headers(JsonSlice.parse(arguments));
    }

    private static String mismatch(String arguments, Map<String, String> headers) {
        Map<String, String> caseless = headers.entrySet().stream()
                .collect(Collectors.toMap(e -> e.getKey().toLowerCase(Locale.ROOT), Map.Entry::getValue));
        return MARKED.mismatch(JsonSlice.parse(arguments), name -> caseless.get(name.toLowerCase(Locale.ROOT)));
    }
}

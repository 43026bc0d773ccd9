package io.forgemcp.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepeatedHeadersTest {
    private static HttpFields fields(String... names) {
        HttpFields.Mutable fields = HttpFields.build();
        for (String name : names) {
            fields.add(name, "v");
        }
        return fields.asImmutable();
    }

    @ParameterizedTest
    @CsvSource({
        "Mcp-Method, mcp-method",
        "Mcp-Name, MCP-NAME",
        "MCP-Protocol-Version, MCP-Protocol-Version",
        "Mcp-Session-Id, mcp-session-id",
        "Mcp-Param-Region, mcp-param-region",
        "Last-Event-ID, last-event-id"
    })
    void aHeaderOfMcpThatIsThereAgainIsFoundInWhateverCase(String first, String second) {
        assertThat(RepeatedHeaders.find(fields("Host", first, "Accept", second)))
                .isEqualTo(second);
    }

    @Test
    void headersThatMayBeListsAndHeadersThatAreThereOnceAreLeftAlone() {
        assertThat(RepeatedHeaders.find(fields("Accept", "Accept", "Cookie", "Cookie", "Mcp-Param-A", "Mcp-Param-B")))
                .isNull();
        assertThat(RepeatedHeaders.find(fields("Mcp-Method"))).isNull();
        assertThat(RepeatedHeaders.find(fields())).isNull();
    }
}

package io.forgemcp.auth.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscoveryTest {
    @ParameterizedTest
    @CsvSource({
        "https://mcp.example/mcp, https://mcp.example/mcp, true",
        "https://MCP.example:443/, https://mcp.example/mcp, true",
        "https://mcp.example/mcp, https://mcp.example/mcp?tenant=a, true",
        "https://mcp.example/mcp?tenant=a, https://mcp.example/mcp?tenant=a, true",
        "https://mcp.example/mcp?tenant=b, https://mcp.example/mcp?tenant=a, false",
        "https://mcp.example/mcp?tenant=b, https://mcp.example/mcp, false",
        "https://mcp.example/mcp#part, https://mcp.example/mcp, false",
        "https://me:hush@mcp.example/mcp, https://mcp.example/mcp, false",
        "https://mcp.example/mc, https://mcp.example/mcp, false",
        "https://mcp.example/mcp/x, https://mcp.example/mcp, false",
        "http://mcp.example/mcp, https://mcp.example/mcp, false",
        "https://mcp.example:444/mcp, https://mcp.example/mcp, false"
    })
    void aResourceHasItsOwnUrlAndThoseBelowIt(URI resource, URI url, boolean covered) {
        assertThat(Discovery.covers(resource, url)).isEqualTo(covered);
    }
}

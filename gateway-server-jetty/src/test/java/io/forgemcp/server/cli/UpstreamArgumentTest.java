package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.service.ServiceDefinition;
import java.net.URI;
import org.junit.jupiter.api.Test;

class UpstreamArgumentTest {
    @Test
    void aUrlOfAnotherSchemeIsRefusedAndNotTakenForACommand() {
        assertThatThrownBy(() -> UpstreamArgument.parse("docs=ftp://127.0.0.1/mcp"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("begins with http:// or https://");
    }

    @Test
    void theSchemeMayBeWrittenInCapitals() {
        assertThat(UpstreamArgument.parse("docs=HTTP://127.0.0.1:8123/mcp"))
                .isEqualTo(ServiceDefinition.http("docs", URI.create("HTTP://127.0.0.1:8123/mcp"))
                        .build());
    }

    @Test
    void aCommandMayHaveAUrlAmongItsArguments() {
        assertThat(UpstreamArgument.parse("docs=npx -y bridge http://127.0.0.1:8123/mcp"))
                .isNotNull();
    }
}

package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExtraUpstreamsTest {
    @Test
    void aUrlIsAServerElsewhereWhoseTransportIsFoundOut() {
        ServiceDefinition service = ExtraUpstreams.parse("docs=http://127.0.0.1:8123/mcp?a=b");

        assertThat(service.name().value()).isEqualTo("docs");
        assertThat(service.wire()).isEqualTo(WireProtocol.HTTP_PROBED);
        assertThat(service.launch())
                .isEqualTo(new Launch.Remote(URI.create("http://127.0.0.1:8123/mcp?a=b"), Map.of()));
    }

    @Test
    void anythingElseIsACommandWithItsWords() {
        ServiceDefinition service = ExtraUpstreams.parse("some=npx -y 'a server' --option=1");

        assertThat(service.wire()).isEqualTo(WireProtocol.STDIO);
        assertThat(((Launch.Command) service.launch()).command())
                .containsExactly("npx", "-y", "a server", "--option=1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "nothing; the name is missing",
                "name=; nothing follows the name",
                "bad name=npx x; is not a service name",
                "name=ftp://host/x; is not an HTTP URL",
                "name=npx 'open; never closed"
            })
    void whatCannotBeUsedIsQuotedWithTheRightForm(String argument, String reason) {
        assertThatThrownBy(() -> ExtraUpstreams.parse(argument))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining(reason)
                .hasMessageContaining(argument)
                .hasMessageContaining("npx -y some-server");
    }

    @Test
    void theSchemeMayBeWrittenInCapitals() {
        assertThat(ExtraUpstreams.parse("docs=HTTP://127.0.0.1:8123/mcp"))
                .isEqualTo(ServiceDefinition.http("docs", URI.create("HTTP://127.0.0.1:8123/mcp"))
                        .build());
    }

    @Test
    void aCommandMayHaveAUrlAmongItsArguments() {
        assertThat(ExtraUpstreams.parse("docs=npx -y bridge http://127.0.0.1:8123/mcp")
                        .wire())
                .isEqualTo(WireProtocol.STDIO);
    }

    @Test
    void aPasswordInAUrlIsRefusedWithoutBeingShown() {
        assertThatThrownBy(() -> ExtraUpstreams.parse("x=http://me:hunter2@host/mcp"))
                .hasMessageContaining("must not hold a password")
                .hasMessageNotContaining("hunter2");
    }
}

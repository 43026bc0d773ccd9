package io.forgemcp.gateway.endpoint.modern;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.service.ServiceDefinition;
import org.junit.jupiter.api.Test;

/** The first call of a server that has never run waits for its start and for its lists. */
class FirstModernCallTest {
    @Test
    void aClientThatAskedForProgressIsToldThatTheServerIsWoken() {
        try (Gateway gateway = Gateway.builder()
                .service(
                        ServiceDefinition.stdio("s", "no-such-program-anywhere").build())
                .build()
                .start()) {
            FakeHttp call = ModernHttp.call("1", "s-t", "", ModernHttp.meta("{}") + ",\"progressToken\":\"tok\"")
                    .to(gateway.streamableHttp());

            call.awaitStreamEnd();
            assertThat(call.events()).hasSize(2);
            assertThat(call.events().get(0))
                    .contains("notifications/progress", "\"progressToken\":\"tok\"", "waking s");
            assertThat(call.events().get(1)).contains("\"id\":1", "no-such-program-anywhere");
        }
    }
}

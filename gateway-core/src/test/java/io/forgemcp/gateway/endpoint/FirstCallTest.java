package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.service.ServiceDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The first call of a server that has never run waits for its start and for its lists. */
class FirstCallTest {
    private static final String CALL = "{\"name\":\"s-t\",\"arguments\":{},\"_meta\":{\"progressToken\":\"tok\"}}";

    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.stdio("s", "no-such-program-anywhere").build())
            .build()
            .start();

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void aClientWithASessionThatAskedForProgressIsToldThatTheServerIsWoken() {
        FakeHttp call = LegacyClient.open(gateway.streamableHttp()).request("1", "tools/call", CALL);

        call.awaitStreamEnd();
        assertThat(call.events()).hasSize(2);
        assertThat(call.events().get(0)).contains("notifications/progress", "\"progressToken\":\"tok\"", "waking s");
        assertThat(call.events().get(1)).contains("\"id\":1", "no-such-program-anywhere");
    }

    @Test
    void oneThatDidNotAskJustGetsTheAnswer() {
        FakeHttp call = LegacyClient.open(gateway.streamableHttp())
                .request("1", "tools/call", "{\"name\":\"s-t\",\"arguments\":{}}");

        assertThat(call.answer()).contains("no-such-program-anywhere");
    }
}

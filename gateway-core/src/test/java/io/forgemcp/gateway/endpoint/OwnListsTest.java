package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server offers in one client's session only is that client's, and nobody else's. */
class OwnListsTest {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final ManualTimers timers = new ManualTimers();
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("s", new GrowingServer())
                    .isolation(Isolation.SESSION)
                    .build())
            .timers(timers)
            .build()
            .start();
    private final McpEndpoint http = gateway.streamableHttp();

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void aToolThatACallHasSwitchedOnIsListedAndCalledByThatClientAlone() {
        LegacyClient one = LegacyClient.open(http);
        LegacyClient other = LegacyClient.open(http);
        FakeHttp hearing = one.listen();
        FakeHttp deaf = other.listen();

        one.request("1", "tools/call", "{\"name\":\"s-t\"}");
        timers.advance(SOON);

        assertThat(hearing.events()).contains(GrowingServer.CHANGED);
        assertThat(tools(one)).contains("\"s-t\"", "\"s-more\"");
        assertThat(one.request("3", "tools/call", "{\"name\":\"s-more\"}").answer())
                .contains("more grown");
        assertThat(tools(other)).contains("\"s-t\"").doesNotContain("s-more");
        assertThat(other.request("3", "tools/call", "{\"name\":\"s-more\"}").answer())
                .contains("Unknown tool: s-more");
        assertThat(tools(LegacyClient.open(http))).doesNotContain("s-more");
        assertThat(deaf.events()).isEmpty();
    }

    @Test
    void whatIsSwitchedOffAgainIsGoneForThatClientToo() {
        LegacyClient client = LegacyClient.open(http);
        client.request("1", "tools/call", "{\"name\":\"s-t\"}");
        timers.advance(SOON);
        assertThat(tools(client)).contains("s-more");

        client.request("2", "tools/call", "{\"name\":\"s-t\"}");
        timers.advance(SOON);

        assertThat(tools(client)).contains("\"s-t\"").doesNotContain("s-more");
        assertThat(client.request("3", "tools/call", "{\"name\":\"s-more\"}").answer())
                .contains("Unknown tool");
    }

    @Test
    void itEndsWithTheConversationAndTheClientIsTold() {
        LegacyClient client = LegacyClient.open(http);
        client.request("1", "tools/call", "{\"name\":\"s-t\"}");
        timers.advance(SOON);
        assertThat(tools(client)).contains("s-more");
        FakeHttp hearing = client.listen();

        gateway.services()
                .stop(ServiceName.of("s"), Force.YES)
                .toCompletableFuture()
                .join();
        timers.advance(SOON);

        assertThat(hearing.events()).contains(GrowingServer.CHANGED);
        assertThat(tools(client)).doesNotContain("s-more");
    }

    private static String tools(LegacyClient client) {
        return client.request("2", "tools/list", "{}").answer();
    }
}

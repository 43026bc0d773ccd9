package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.call;
import static io.forgemcp.gateway.endpoint.modern.ModernHttp.meta;
import static io.forgemcp.gateway.endpoint.modern.ModernHttp.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.endpoint.GrowingServer;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server with sessions offers in the session for one caller and its capabilities is in the lists of such requests. */
class OwnListsOfCallersTest {
    private static final String PLAIN = meta("{}");
    private static final String ABLE = meta("{\"sampling\":{}}");

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
    void aToolThatACallHasSwitchedOnIsListedAnnouncedAndCalledForSuchRequestsOnly() {
        FakeHttp hearing = listen(PLAIN);
        FakeHttp deaf = listen(ABLE);
        call("1", "s-t", "", PLAIN).to(http);
        timers.advance(Duration.ofSeconds(1));

        assertThat(tools(PLAIN)).contains("\"s-t\"", "\"s-more\"");
        assertThat(hearing.events()).anyMatch(event -> event.contains("notifications/tools/list_changed"));
        assertThat(call("3", "s-more", "", PLAIN).to(http).answer()).contains("more grown");
        assertThat(tools(ABLE)).contains("\"s-t\"").doesNotContain("s-more");
        assertThat(call("3", "s-more", "", ABLE).to(http).answer()).contains("Unknown tool: s-more");
        assertThat(deaf.events()).noneMatch(event -> event.contains("s-more"));
    }

    private FakeHttp listen(String meta) {
        return request("9", "subscriptions/listen", "\"notifications\":{\"toolsListChanged\":true}", meta)
                .to(http);
    }

    private String tools(String meta) {
        return request("2", "tools/list", "", meta).to(http).answer();
    }
}

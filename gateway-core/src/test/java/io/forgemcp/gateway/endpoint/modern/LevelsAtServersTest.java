package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.call;
import static io.forgemcp.gateway.endpoint.modern.ModernHttp.meta;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.ManualTimers;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The log level of a request, at servers that know a level for each session (MCP 2026-07-28 and before, Logging). */
class LevelsAtServersTest {
    private final ScriptedServer server = new ScriptedServer().answer("logging/setLevel", "{}");
    private final ScriptedServer shared = new ScriptedServer().answer("logging/setLevel", "{}");
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("s", server)
                    .isolation(Isolation.SESSION)
                    .build())
            .service(ServiceDefinition.java("all", shared)
                    .isolation(Isolation.SHARED)
                    .build())
            .timers(new ManualTimers())
            .build()
            .start();

    {
        server.answer("tools/call", "{\"content\":[]}");
        shared.answer("tools/call", "{\"content\":[]}");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private FakeHttp tool(String name, String level) {
        return call(
                        "1",
                        name,
                        "",
                        meta("{}") + (level.isEmpty() ? "" : ",\"io.modelcontextprotocol/logLevel\":\"" + level + "\""))
                .to(gateway.streamableHttp());
    }

    private static List<String> levels(ScriptedServer at) {
        return at.heard("logging/setLevel").stream()
                .map(message -> message.get(Field.PARAMS).textMember("level"))
                .toList();
    }

    @Test
    void aSessionThatBeginsWithTheRequestHearsOfItsLevelBeforeTheCall() {
        tool("s-tool", "debug");

        assertThat(server.received.stream().map(Message::method).toList())
                .containsSubsequence("notifications/initialized", "logging/setLevel", "tools/call");
        assertThat(levels(server)).containsExactly("debug");
    }

    @Test
    void aSessionThatIsThereHearsOfALevelOnlyWhenNobodyWantedAsMuchBefore() {
        tool("s-tool", "");
        assertThat(levels(server)).isEmpty();

        tool("s-tool", "error");
        tool("s-tool", "info");
        tool("s-tool", "warning");
        tool("s-tool", "info");

        assertThat(levels(server)).containsExactly("error", "info");
    }

    @Test
    void theLevelOfOneCallerIsNotAnothers() {
        tool("s-tool", "debug");
        call("1", "s-tool", "").by(new Caller("other", Set.of())).to(gateway.streamableHttp());

        assertThat(levels(server)).containsExactly("debug");
    }

    @Test
    void aConversationThatAllShareIsNotChangedForOne() {
        tool("all-tool", "debug");

        assertThat(levels(shared)).isEmpty();
    }
}

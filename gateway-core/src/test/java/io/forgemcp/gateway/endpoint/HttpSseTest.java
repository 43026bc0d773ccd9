package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HTTP+SSE (MCP 2024-11-05): everything that the revision has comes on the session's one stream. */
class HttpSseTest {
    private final PuppetServer server = new PuppetServer();
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("s", server).build())
            .build()
            .start();
    private final McpEndpoint endpoint = gateway.legacySse();
    private final FakeHttp stream = FakeHttp.get().to(endpoint);
    private final String session =
            stream.events().get(0).substring(stream.events().get(0).indexOf('=') + 1);

    @AfterEach
    void close() {
        gateway.close();
    }

    private FakeHttp post(String json) {
        return FakeHttp.post(json).asking("sessionId", session).to(endpoint);
    }

    private void initialize() {
        post("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2024-11-05\","
                + "\"capabilities\":{\"sampling\":{},\"roots\":{}}}}");
    }

    private List<String> said() {
        return stream.events().subList(1, stream.events().size());
    }

    @Test
    void answersProgressAndQuestionsShareTheStreamAndNothingIsNumbered() {
        initialize();
        assertThat(said()).singleElement().asString().contains("\"protocolVersion\":\"2024-11-05\"");
        assertThat(post("{\"jsonrpc\":\"2.0\",\"id\":\"c\",\"method\":\"tools/call\",\"params\":{\"name\":\"s-t\","
                                + "\"_meta\":{\"progressToken\":\"p\"}}}")
                        .status())
                .isEqualTo(202);
        String id = server.talk().last("tools/call").requireId().json();
        server.talk()
                .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":" + id
                        + ",\"progress\":1}}");
        server.talk().say("{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"roots/list\"}");
        String asked = said().get(2);
        post("{\"jsonrpc\":\"2.0\",\"id\":" + LegacyClient.idOf(asked) + ",\"result\":{\"roots\":[]}}");
        server.talk().answer(server.talk().last("tools/call"), "{\"content\":[]}");

        assertThat(said().get(1)).contains("\"progressToken\":\"p\"");
        assertThat(server.talk().answers()).containsExactly("{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{\"roots\":[]}}");
        assertThat(said().get(3)).contains("\"id\":\"c\"", "{\"content\":[]}");
        assertThat(stream.ids()).isEmpty();
    }

    @Test
    void theServerIsToldWhatTheClientDeclared() {
        initialize();
        post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"s-t\"}}");

        assertThat(server.talk()
                        .last("initialize")
                        .get(io.forgemcp.gateway.protocol.Message.Field.PARAMS)
                        .member("capabilities"))
                .hasToString("{\"sampling\":{},\"roots\":{}}");
    }

    @Test
    void theEndOfTheStreamEndsTheSession() {
        initialize();
        post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"s-t\"}}");
        stream.disconnect();

        assertThat(server.talk().closed).isTrue();
        assertThat(post("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}").status())
                .isEqualTo(404);
    }

    @Test
    void batchesAreNotPartOfIt() {
        initialize();

        assertThat(post("[{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}]").status())
                .isEqualTo(400);
    }
}

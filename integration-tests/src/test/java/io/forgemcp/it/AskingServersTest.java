package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server on each transport asks a real client in the middle of a call: it lists those tools to such clients only. */
@Tag("node")
class AskingServersTest {
    private static final Map<String, String> RESULTS = Map.of(
            "sampling/createMessage",
            "{'role':'assistant','model':'m','content':{'type':'text','text':'sampled here'}}",
            "elicitation/create",
            "{'action':'accept','content':{'name':'elicited here'}}",
            "roots/list",
            "{'roots':[{'uri':'file:///here','name':'rooted here'}]}");

    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        gateway = TestGateway.of(
                server("stdio", WireProtocol.STDIO, "/mcp", "stdio"),
                server("http", WireProtocol.STREAMABLE_HTTP, "/mcp", "streamableHttp"),
                server("sse", WireProtocol.SSE, "/sse", "sse"));
        for (String name : List.of("stdio", "http", "sse")) {
            gateway.gateway()
                    .catalog()
                    .refresh(ServiceName.of(name))
                    .toCompletableFuture()
                    .join();
        }
    }

    private static ServiceDefinition server(String name, WireProtocol wire, String path, String mode) {
        List<String> command = List.of(
                "node",
                Checkout.npm("@modelcontextprotocol/server-everything/dist/index.js")
                        .toString(),
                mode);
        return ServiceDefinition.of(
                        name,
                        RuntimeChoice.PROCESS,
                        new Launch.Command(null, command, Map.of(), List.of(), null, 0, path),
                        wire)
                .isolation(Isolation.SESSION)
                .instances(0, wire == WireProtocol.STDIO ? 3 : 1)
                .build();
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stdio", "http", "sse"})
    void theServerGetsTheAnswerOfTheClientThatCalled(String name) {
        WireClient client =
                WireClient.legacy(gateway.mcp(name), "{'sampling':{},'elicitation':{},'roots':{}}", RESULTS);

        assertThat(client.request("1", "tools/list", "{}").result().toString())
                .contains("trigger-sampling-request", "trigger-elicitation-request");
        assertThat(client.request("2", "tools/call", "{'name':'trigger-sampling-request','arguments':{'prompt':'p'}}")
                        .result()
                        .toString())
                .contains("sampled here");
        assertThat(client.request("3", "tools/call", "{'name':'trigger-elicitation-request','arguments':{}}")
                        .result()
                        .toString())
                .contains("elicited here");
        client.delete();
    }
}

package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of a server without sessions that goes on when the gateway is killed. */
@Tag("node")
@Timeout(90)
class JarTasksIT {
    private static final String DECLARED = "{'extensions':{'io.modelcontextprotocol/tasks':{}}}";

    @TempDir
    private Path directory;

    private NodeScript server;
    private JarGateway gateway;

    @BeforeEach
    void start() throws IOException {
        server = NodeScript.modernServer();
        gateway = start(server);
    }

    private JarGateway start(NodeScript upstream) throws IOException {
        return JarGateway.start(directory, """
                services:
                  s:
                    runtime: remote
                    url: %s
                """.formatted(upstream.url()));
    }

    private void killAndStartAnew() throws IOException {
        gateway.kill();
        gateway = start(server);
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        server.close();
    }

    private WireClient modern() {
        return WireClient.modern(gateway.uri("/mcp"), DECLARED).within(Duration.ofSeconds(20));
    }

    private String begun(String tool, String arguments) {
        JsonNode task = modern().request("1", "tools/call", "{'name':'s-" + tool + "','arguments':" + arguments + "}")
                .result();
        assertThat(task.path("resultType").asText()).as(task.toString()).isEqualTo("task");
        return task.path("taskId").asText();
    }

    private WireClient.Exchange ask(String method, String task, String more) {
        return modern().request("2", method, "{'taskId':'" + task + "'" + more + "}");
    }

    private JsonNode ended(String task) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> ask("tasks/get", task, "").result(),
                        state -> !state.path("status").asText().equals("working"));
    }

    @Test
    void aTaskThatTheClientHasHeardOfIsAnsweredUnderItsIdByTheNextGateway() throws IOException {
        String task = begun("slow_compute", "{'seconds':3,'label':'after the crash'}");

        killAndStartAnew();

        JsonNode state = ask("tasks/get", task, "").result();
        assertThat(state.path("taskId").asText()).as(state.toString()).isEqualTo(task);
        JsonNode end = ended(task);
        assertThat(end.path("status").asText()).isEqualTo("completed");
        assertThat(end.at("/result/content/0/text").asText()).isEqualTo("computed after the crash");
    }

    @Test
    void whatItWantsToKnowIsAnsweredAfterTheCrash() throws IOException {
        String task = begun("confirm_delete", "{'filename':'a.txt'}");

        killAndStartAnew();

        assertThat(ask("tasks/get", task, "")
                        .result()
                        .at("/inputRequests/confirmation/method")
                        .asText())
                .isEqualTo("elicitation/create");
        ask("tasks/update", task, ",'inputResponses':{'confirmation':{'action':'accept','content':{'confirm':true}}}");
        assertThat(ended(task).at("/result/content/0/text").asText()).contains("a.txt", "accept");
    }

    @Test
    void itIsCancelledAfterTheCrash() throws IOException {
        String task = begun("slow_compute", "{'seconds':60}");

        killAndStartAnew();

        assertThat(ask("tasks/cancel", task, "").result().path("resultType").asText())
                .isEqualTo("complete");
        assertThat(ended(task).path("status").asText()).isEqualTo("cancelled");
    }

    @Test
    void aTaskThatItsServerHasLostTooIsRefusedAsUnknownAndForgotten() throws IOException {
        String task = begun("slow_compute", "{'seconds':60}");
        gateway.kill();
        server.close();
        server = NodeScript.modernServer();
        gateway = start(server);

        assertThat(ask("tasks/get", task, "").last().at("/error/code").asInt()).isEqualTo(-32602);
        JsonNode again = ask("tasks/get", task, "").last();
        assertThat(again.at("/error/code").asInt()).isEqualTo(-32602);
        assertThat(again.at("/error/data/code").asText()).as(again.toString()).isEqualTo("GW-1306");
    }

    @Test
    void theTaskOfAClientWithASessionEndsWithItsSession() throws IOException {
        WireClient client = WireClient.legacy(gateway.uri("/mcp")).within(Duration.ofSeconds(20));
        JsonNode begun = client.request(
                        "1", "tools/call", "{'name':'s-slow_compute','arguments':{'seconds':60},'task':{}}")
                .result();
        String task = begun.at("/task/taskId").asText();
        assertThat(task).as(begun.toString()).isNotEmpty();

        killAndStartAnew();

        WireClient next = WireClient.legacy(gateway.uri("/mcp"), "{}", Map.of());
        JsonNode refused =
                next.request("1", "tasks/get", "{'taskId':'" + task + "'}").last();
        assertThat(refused.at("/error/code").asInt()).isEqualTo(-32602);
        assertThat(refused.at("/error/data/code").asText()).isEqualTo("GW-1306");
    }
}

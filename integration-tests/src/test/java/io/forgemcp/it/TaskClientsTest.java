package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The TypeScript SDK of the first generation, which knows the tasks of 2025-11-25, at a server that has only those of the
 * extension of 2026-07-28.
 */
@Tag("node")
class TaskClientsTest {
    private static NodeScript server;
    private static TestGateway gateway;
    private static JsonNode seen;

    @BeforeAll
    static void run() {
        server = NodeScript.modernServer();
        gateway = TestGateway.of(ServiceDefinition.http("tasks", server.url()).build());
        gateway.gateway()
                .catalog()
                .refresh(ServiceName.of("tasks"))
                .toCompletableFuture()
                .join();
        Child client = Child.run(
                List.of(
                        Checkout.modernNode(),
                        Checkout.script("client-v1-tasks.mjs").toString(),
                        gateway.mcp("tasks").toString()),
                "");
        assertThat(client.status()).as(client.err()).isZero();
        seen = Json.of(client.out());
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static List<String> types(String run) {
        return seen.path(run).findValuesAsText("type").stream()
                .filter(type -> type.startsWith("task") || type.equals("result") || type.equals("error"))
                .distinct()
                .toList();
    }

    private static JsonNode last(String run) {
        return seen.path(run).path(seen.path(run).size() - 1);
    }

    @Test
    void tasksAreOffered() {
        assertThat(seen.at("/capabilities/tasks/requests/tools/call").isObject())
                .isTrue();
        assertThat(seen.at("/support/slow_compute").asText()).isEqualTo("optional");
    }

    @Test
    void aToolRunsAsATaskToItsResult() {
        assertThat(types("slow")).containsExactly("taskCreated", "taskStatus", "result");
        assertThat(last("slow").at("/result/content/0/text").asText()).isEqualTo("computed soon");
    }

    @Test
    void aToolThatFailsFailsItsTask() {
        assertThat(seen.path("failing").findValuesAsText("status")).contains("failed");
    }

    @Test
    void anErrorOfATaskIsTold() {
        assertThat(types("crashing")).last().isEqualTo("error");
    }

    @Test
    void theUserIsAskedByARequest() {
        assertThat(seen.path("questions")).hasSize(1);
        assertThat(seen.at("/questions/0/message").asText()).isEqualTo("Delete a.txt?");
        assertThat(seen.at("/questions/0/_meta/io.modelcontextprotocol~1related-task/taskId")
                        .asText())
                .isEqualTo(seen.at("/asking/0/task/taskId").asText());
        assertThat(last("asking").at("/result/content/0/text").asText()).contains("a.txt", "accept");
    }

    @Test
    void aToolThatAnswersAtOnceIsATaskToo() {
        assertThat(types("direct")).startsWith("taskCreated").endsWith("result");
        assertThat(last("direct").at("/result/content/0/text").asText()).isEqualTo("Hello, Ada!");
    }

    @Test
    void aTaskIsCancelled() {
        assertThat(last("cancelled").at("/task/status").asText()).isEqualTo("cancelled");
    }

    @Test
    void aToolThatRunsAsATaskOnlyIsWaitedForAndAnotherJustCalled() {
        assertThat(seen.at("/waited/content/0/text").asText()).isEqualTo("the job failed");
        assertThat(seen.at("/plain/content/0/text").asText()).isEqualTo("computed plain");
    }

    @Test
    void theListHasThemAll() {
        assertThat(seen.at("/list/tasks")).hasSize(6);
    }
}

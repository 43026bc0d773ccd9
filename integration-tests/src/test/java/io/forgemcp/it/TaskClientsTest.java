package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The TypeScript SDK of the first generation, which knows the tasks of 2025-11-25, at servers that have only those of the
 * extension of 2026-07-28.
 */
@Tag("node")
class TaskClientsTest {
    private enum Upstream {
        /** Has no sessions at all. */
        MODERN,
        /** Has sessions too, in which it has no tasks. */
        BOTH;

        private NodeScript start() {
            return this == MODERN ? NodeScript.modernServer() : NodeScript.conformanceServer();
        }
    }

    private static final Map<Upstream, NodeScript> SERVERS = new EnumMap<>(Upstream.class);
    private static final Map<Upstream, JsonNode> SEEN = new EnumMap<>(Upstream.class);
    private static TestGateway gateway;

    @BeforeAll
    static void run() {
        ServiceDefinition[] services = new ServiceDefinition[Upstream.values().length];
        for (Upstream upstream : Upstream.values()) {
            SERVERS.put(upstream, upstream.start());
            services[upstream.ordinal()] = ServiceDefinition.http(
                            name(upstream), SERVERS.get(upstream).url())
                    .build();
        }
        gateway = TestGateway.of(services);
        for (Upstream upstream : Upstream.values()) {
            gateway.gateway()
                    .catalog()
                    .refresh(ServiceName.of(name(upstream)))
                    .toCompletableFuture()
                    .join();
            Child client = Child.run(
                    List.of(
                            Checkout.modernNode(),
                            Checkout.script("client-v1-tasks.mjs").toString(),
                            gateway.mcp(name(upstream)).toString()),
                    "");
            assertThat(client.status()).as(client.err()).isZero();
            SEEN.put(upstream, Json.of(client.out()));
        }
    }

    private static String name(Upstream upstream) {
        return upstream.name().toLowerCase(Locale.ROOT);
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
        SERVERS.values().forEach(NodeScript::close);
    }

    private static List<String> types(Upstream upstream, String run) {
        return SEEN.get(upstream).path(run).findValuesAsText("type").stream()
                .filter(type -> type.startsWith("task") || type.equals("result") || type.equals("error"))
                .distinct()
                .toList();
    }

    private static JsonNode last(Upstream upstream, String run) {
        JsonNode messages = SEEN.get(upstream).path(run);
        return messages.path(messages.size() - 1);
    }

    @ParameterizedTest
    @EnumSource
    void tasksAreOffered(Upstream upstream) {
        JsonNode seen = SEEN.get(upstream);
        assertThat(seen.at("/capabilities/tasks/requests/tools/call").isObject())
                .isTrue();
        assertThat(seen.at("/support/slow_compute").asText()).isEqualTo("optional");
    }

    @ParameterizedTest
    @EnumSource
    void aToolRunsAsATaskToItsResult(Upstream upstream) {
        assertThat(types(upstream, "slow")).containsExactly("taskCreated", "taskStatus", "result");
        assertThat(last(upstream, "slow").at("/result/content/0/text").asText()).isEqualTo("computed soon");
    }

    @ParameterizedTest
    @EnumSource
    void aToolThatFailsFailsItsTask(Upstream upstream) {
        assertThat(SEEN.get(upstream).path("failing").findValuesAsText("status"))
                .contains("working", "failed");
    }

    @ParameterizedTest
    @EnumSource
    void anErrorOfATaskIsTold(Upstream upstream) {
        assertThat(types(upstream, "crashing")).last().isEqualTo("error");
    }

    @ParameterizedTest
    @EnumSource
    void theUserIsAskedByARequest(Upstream upstream) {
        JsonNode seen = SEEN.get(upstream);
        assertThat(seen.path("questions")).hasSize(1);
        assertThat(seen.at("/questions/0/message").asText()).isEqualTo("Delete a.txt?");
        assertThat(seen.at("/questions/0/_meta/io.modelcontextprotocol~1related-task/taskId")
                        .asText())
                .isEqualTo(seen.at("/asking/0/task/taskId").asText());
        assertThat(last(upstream, "asking").at("/result/content/0/text").asText())
                .contains("a.txt", "accept");
    }

    @ParameterizedTest
    @EnumSource
    void aToolThatAnswersAtOnceIsATaskToo(Upstream upstream) {
        assertThat(types(upstream, "direct")).startsWith("taskCreated").endsWith("result");
        assertThat(last(upstream, "direct").at("/result/content/0/text").asText())
                .isEqualTo("Hello, Ada!");
    }

    @ParameterizedTest
    @EnumSource
    void aTaskIsCancelled(Upstream upstream) {
        assertThat(last(upstream, "cancelled").at("/task/status").asText()).isEqualTo("cancelled");
    }

    @ParameterizedTest
    @EnumSource
    void aToolIsJustCalledWithoutAWishForATask(Upstream upstream) {
        assertThat(SEEN.get(upstream).at("/plain/content/0/text").asText()).isEqualTo("computed plain");
    }

    @Test
    void aToolThatRunsAsATaskOnlyIsWaitedFor() {
        assertThat(SEEN.get(Upstream.MODERN).at("/waited/content/0/text").asText())
                .isEqualTo("the job failed");
    }

    @ParameterizedTest
    @EnumSource
    void theListHasThemAll(Upstream upstream) {
        assertThat(SEEN.get(upstream).at("/list/tasks")).hasSize(6);
    }
}

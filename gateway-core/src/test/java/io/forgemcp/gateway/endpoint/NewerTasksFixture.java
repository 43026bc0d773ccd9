package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.modern.ModernScript;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A client with a session in front of a modern server that runs tasks. */
abstract class NewerTasksFixture {
    static final String TASKS = "io.modelcontextprotocol/tasks";
    static final String TIMES = "\"createdAt\":\"2026-01-01T00:00:00Z\",\"lastUpdatedAt\":\"2026-01-01T00:00:01Z\"";
    static final String ASKING = "\"inputRequests\":{\"sure\":{\"method\":\"elicitation/create\",\"params\":"
            + "{\"mode\":\"form\",\"message\":\"Sure?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}}}";

    final ManualTimers timers = new ManualTimers();
    final ModernScript server = new ModernScript("s.test");
    Gateway gateway;
    LegacyClient client;

    @BeforeEach
    void start() {
        server.result("tools/call", state("task", "working", ""));
        server.result("tasks/update", "{\"resultType\":\"complete\"}");
        server.result("tasks/cancel", "{\"resultType\":\"complete\"}");
        gateway = Gateway.builder()
                .transport(server)
                .service(ServiceDefinition.http("s", URI.create("http://s.test/mcp"))
                        .build())
                .timers(timers)
                .build()
                .start();
        gateway.catalog().refresh(ServiceName.of("s")).toCompletableFuture().join();
        client = open("{\"elicitation\":{}}");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    LegacyClient open(String capabilities) {
        return LegacyClient.open(gateway.streamableHttp(), "2025-11-25", capabilities);
    }

    static String state(String resultType, String status, String more) {
        return "{\"resultType\":\"" + resultType + "\",\"taskId\":\"1\",\"status\":\"" + status + "\"," + TIMES
                + ",\"ttlMs\":60000,\"pollIntervalMs\":500" + (more.isEmpty() ? "" : "," + more) + "}";
    }

    void says(String status, String more) {
        server.result("tasks/get", state("complete", status, more));
    }

    FakeHttp begin(String id) {
        return client.request(id, "tools/call", "{\"name\":\"s-t\",\"arguments\":{\"a\":1},\"task\":{\"ttl\":5000}}");
    }

    String begun() {
        return result(begin("1")).member("task").textMember("taskId");
    }

    FakeHttp about(String method, String id) {
        return client.request("7", method, "{\"taskId\":\"" + id + "\"}");
    }

    static JsonSlice result(FakeHttp exchange) {
        return JsonSlice.parse(exchange.answer()).member("result");
    }

    static String related(String id) {
        return "\"_meta\":{\"io.modelcontextprotocol/related-task\":{\"taskId\":\"" + id + "\"}}";
    }

    int inFlight() {
        return gateway.services().statuses().get(0).inFlight();
    }
}

package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the service manager says over HTTP: its own listener, health, the state of services, logs. */
@Timeout(60)
class ManagerListenerTest {
    private final ManagerFixture manager = new ManagerFixture();

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void bothListenersAnswerAndEachHasItsOwnRoutes() throws Exception {
        assertThat(manager.server.uri(Role.MANAGER)).isNotEqualTo(manager.server.uri(Role.GATEWAY));
        assertThat(manager.send("GET", "/live", 200).path("status").asText()).isEqualTo("alive");
        assertThat(manager.send("GET", "/tools", 404).path("code").asText()).isEqualTo("GW-1010");
        assertThat(manager.client
                        .send(
                                HttpRequest.newBuilder(manager.server.uri().resolve("/tools"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void healthCountsServicesAndSaysHowTheContainerEngineIs() throws Exception {
        JsonNode health = manager.send("GET", "/health", 200);
        assertThat(health.path("status").asText()).isEqualTo("healthy");
        assertThat(health.path("docker_connection").asText()).isEqualTo("ok");
        assertThat(health.path("services_total").asInt()).isEqualTo(3);
        assertThat(manager.send("GET", "/ready", 200).at("/statusItems/0/name").asText())
                .isEqualTo("docker");
    }

    @Test
    void aRuntimeThatIsGoneMakesItUnhealthyOnlyIfAServiceNeedsIt() throws Exception {
        manager.docker.problem = "The engine does not answer";
        assertThat(manager.send("GET", "/health", 200).path("docker_connection").asText())
                .isEqualTo("not_configured");
        manager.gateway.add(
                ServiceDefinition.of("boxed", RuntimeChoice.DOCKER, Launch.Command.of(List.of("x")), WireProtocol.STDIO)
                        .build());
        assertThat(manager.send("GET", "/health", 503).path("docker_connection").asText())
                .isEqualTo("unavailable");
        assertThat(manager.send("GET", "/ready", 503).toString()).contains("does not answer");
    }

    @Test
    void everyStatusHasTheFieldsThatScriptsRead() throws Exception {
        JsonNode one = manager.send("GET", "/services/calc", 200);
        List<String> names = new ArrayList<>();
        one.fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .contains(
                        "name",
                        "state",
                        "status",
                        "runtime",
                        "instances",
                        "containerId",
                        "port",
                        "priority",
                        "policy",
                        "category",
                        "sleep_policy",
                        "resources",
                        "last_accessed",
                        "inFlight",
                        "wake_count",
                        "total_sleep_time",
                        "cpu_usage",
                        "memory_usage",
                        "memory_limit",
                        "cpu_limit",
                        "wake_time_ms",
                        "sleep_efficiency",
                        "state_transitions",
                        "uptime_seconds",
                        "last_state_change",
                        "error_message");
        assertThat(one.path("memory_usage").isNull()).isTrue();
        assertThat(manager.send("GET", "/services", 200)).hasSize(3);
        assertThat(manager.send("GET", "/services/status", 200).at("/calc/name").asText())
                .isEqualTo("calc");
        assertThat(manager.send("GET", "/v1/services/calc/status", 200)
                        .path("name")
                        .asText())
                .isEqualTo("calc");
    }

    @Test
    void logsAreReadAndFollowed() throws Exception {
        assertThat(manager.send("GET", "/services/calc/logs?tail=5", 200)
                        .path("lines")
                        .isArray())
                .isTrue();
        HttpResponse<InputStream> stream = manager.client.send(
                HttpRequest.newBuilder(manager.uri("/services/calc/logs?follow=true"))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.headers().firstValue("content-type")).contains("text/event-stream");
        stream.body().close();
    }

    @Test
    void theOpenApiDocumentNamesExactlyWhatAnswers() throws Exception {
        assertThat(manager.send("GET", "/openapi.json", 200).path("openapi").asText())
                .isEqualTo("3.1.0");
        for (ManagerFixture.Operation operation : manager.operations()) {
            HttpResponse<String> options = manager.client.send(
                    HttpRequest.newBuilder(manager.uri(operation.path().replaceAll("\\{[^}]+}", "calc")))
                            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(options.headers().firstValue("allow").orElse(""))
                    .as(operation.toString())
                    .contains(operation.verb());
        }
    }
}

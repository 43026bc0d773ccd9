package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every route of the manager refuses: unknown names, bad bodies, callers who may not. */
@Timeout(60)
class ManagerRefusalsTest {
    private final ManagerFixture manager = new ManagerFixture();

    @AfterEach
    void stop() {
        manager.close();
    }

    /** Every route of the manager, asked of a service that does not exist. */
    @Test
    void everyRouteOfOneServiceRefusesAnUnknownName() throws Exception {
        for (ManagerFixture.Operation operation : manager.operations()) {
            if (operation.path().contains("{name}") && !operation.path().endsWith("/register")) {
                for (String name : List.of("nobody", "not%20a%20name", "x".repeat(70))) {
                    JsonNode error =
                            manager.send(operation.verb(), operation.path().replace("{name}", name), 404);
                    assertThat(error.path("code").asText())
                            .as(operation.toString())
                            .isEqualTo("GW-1305");
                    assertThat(error.path("requestId").asText()).isNotEmpty();
                }
            }
        }
    }

    /** Every route that takes a body, given bodies that it must not take. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json|{\"force\":|400|GW-1001",
                "application/json|[1]|400|GW-1002",
                "application/json|{} {}|400|GW-1001",
                "application/json|{\"surprise\":1}|422|GW-1008",
                "text/plain|force=true|415|GW-1005",
            })
    void everyRouteThatTakesABodyRefusesABadOne(String type, String body, int status, String code) throws Exception {
        String before = manager.states();
        for (ManagerFixture.Operation operation : manager.operations()) {
            if (operation.takesBody()) {
                HttpResponse<String> answer = manager.client.send(
                        HttpRequest.newBuilder(manager.uri(operation.of("calc")))
                                .header("Content-Type", type)
                                .method(operation.verb(), HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode())
                        .as(operation + " " + answer.body())
                        .isEqualTo(status);
                assertThat(ManagerFixture.JSON
                                .readTree(answer.body())
                                .path("code")
                                .asText())
                        .as(operation.toString())
                        .isEqualTo(code);
                assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
            }
        }
        assertThat(manager.states()).isEqualTo(before);
    }

    @Test
    void everyRouteThatTakesABodyRefusesAHugeOne() throws Exception {
        String before = manager.states();
        String huge = "{\"description\":\"" + "x".repeat(11 * 1024 * 1024) + "\"}";
        for (ManagerFixture.Operation operation : manager.operations()) {
            if (operation.takesBody()) {
                HttpResponse<String> answer = manager.client.send(
                        HttpRequest.newBuilder(manager.uri(operation.of("calc")))
                                .header("Content-Type", "application/json")
                                .method(operation.verb(), HttpRequest.BodyPublishers.ofString(huge))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(413);
            }
        }
        assertThat(manager.states()).isEqualTo(before);
    }

    @Test
    void everyPathRefusesAMethodThatItDoesNotHave() throws Exception {
        for (String path : new TreeSet<>(manager.operations().stream()
                .map(ManagerFixture.Operation::path)
                .toList())) {
            HttpResponse<String> answer = manager.client.send(
                    HttpRequest.newBuilder(manager.uri(path.replaceAll("\\{[^}]+}", "calc")))
                            .method("TRACE", HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path).isEqualTo(405);
            assertThat(answer.headers().firstValue("allow")).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /services/calc/stop?force=perhaps",
                "POST /services/calc/stop?frce=true",
                "POST /services/calc/stop?force=true&x=1",
                "POST /services/auto-scale?dry-run=true",
                "GET /services/calc/logs?tial=3",
                "POST /services/sleep-all?force=2",
                "POST /services/auto-scale?dryRun=maybe",
                "POST /silences?duration=soon",
                "POST /silences?duration=31d",
                "POST /alerts/alert-1/silence",
                "GET /services/calc/logs?tail=0",
                "GET /services/calc/logs?tail=",
                "GET /services/calc/logs?follow=maybe"
            })
    void aParameterThatMakesNoSenseIsNamed(String request) throws Exception {
        String before = manager.states();
        String[] parts = request.split(" ");
        JsonNode error = manager.send(parts[0], parts[1], 422);
        assertThat(error.path("detail").asText()).containsAnyOf("force", "tail", "follow", "dryRun", "duration");
        assertThat(manager.states()).isEqualTo(before);
    }

    @Test
    void whoMayNotAdministerMayLookAndChangeNothing() throws Exception {
        manager.allowed = false;
        String before = manager.states();
        for (ManagerFixture.Operation operation : manager.operations()) {
            if (!operation.verb().equals("GET")) {
                HttpResponse<String> answer = manager.client.send(
                        HttpRequest.newBuilder(manager.uri(operation.of("calc")))
                                .header("Content-Type", "application/json")
                                .method(
                                        operation.verb(),
                                        HttpRequest.BodyPublishers.ofString(operation.takesBody() ? "{}" : ""))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(403);
                assertThat(answer.body()).contains("GW-1204");
            }
        }
        assertThat(manager.send("GET", "/services", 200)).hasSize(3);
        assertThat(manager.states()).isEqualTo(before);
    }

    @Test
    void aCallerWithoutAnIdentitySeesHealthAndNothingElse() throws Exception {
        manager.known = false;
        List<String> open = List.of("/health", "/ready", "/live", "/openapi.json");
        for (ManagerFixture.Operation operation : manager.operations()) {
            HttpResponse<String> answer = manager.client.send(
                    HttpRequest.newBuilder(manager.uri(operation.of("calc")))
                            .header("Content-Type", "application/json")
                            .method(operation.verb(), HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (open.contains(operation.path())) {
                assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(200);
                assertThat(answer.body()).doesNotContain("calc");
            } else {
                assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(401);
            }
        }
    }

    /** Who may not do it is not told what is wrong with how it was asked. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "known|allowed|calc|?surprise=1|application/json|{}|422",
                "known|allowed|calc||text/plain|force=true|415",
                "known|allowed|calc||application/json|{\"force\":|400",
                "known|allowed|nobody||application/json|{}|404",
                "known|not allowed|calc|?surprise=1|application/json|{}|403",
                "known|not allowed|calc|?force=perhaps|application/json|{}|403",
                "known|not allowed|calc||text/plain|force=true|403",
                "known|not allowed|calc||application/json|{\"force\":|403",
                "known|not allowed|calc||application/json|{\"surprise\":1}|403",
                "known|not allowed|nobody||application/json|{}|403",
                "unknown|not allowed|calc|?surprise=1|application/json|{}|401",
                "unknown|not allowed|calc||text/plain|force=true|401",
                "unknown|not allowed|nobody||application/json|{\"force\":|401",
                "unknown|allowed|calc||application/json|{\"surprise\":1}|401",
            })
    void whoAsksIsLookedAtBeforeWhatIsAsked(
            String identity, String right, String name, String query, String type, String body, int status)
            throws Exception {
        manager.known = identity.equals("known");
        manager.allowed = right.equals("allowed");
        String before = manager.states();
        for (String command : List.of("start", "stop", "sleep", "wake", "restart")) {
            HttpResponse<String> answer = manager.client.send(
                    HttpRequest.newBuilder(
                                    manager.uri("/services/" + name + "/" + command + (query == null ? "" : query)))
                            .header("Content-Type", type)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(command + " " + answer.body()).isEqualTo(status);
        }
        assertThat(manager.states()).isEqualTo(before);
    }

    @Test
    void aForeignOriginIsKeptOut() throws Exception {
        HttpResponse<String> answer = manager.client.send(
                HttpRequest.newBuilder(manager.uri("/services"))
                        .header("Origin", "https://evil.example")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(403);
    }
}

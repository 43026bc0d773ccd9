package io.forgemcp.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Input;
import io.forgemcp.server.manager.Management;
import io.forgemcp.server.manager.ManagerRoutes;
import io.forgemcp.server.rest.RestRoutes;
import io.forgemcp.server.rest.Version;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What no REST route of either listener takes. The routes come from the tables that the listeners serve, so a new one is
 * tried here without anybody thinking of it.
 */
@Timeout(120)
class RouteInputsTest {
    private final ManagerFixture fixture = new ManagerFixture();
    private final RestRoutes rest = new RestRoutes(fixture.gateway, Version.current(), fixture.authorisation);
    private final ManagerRoutes manager = new ManagerRoutes(fixture.gateway, Management.NONE, Version.current(), 0);

    @AfterEach
    void stop() {
        rest.close();
        manager.close();
        fixture.close();
    }

    private record Served(Role role, Route route) {
        String path() {
            return route.template().replaceAll("\\{[^}]+}", "calc");
        }

        @Override
        public String toString() {
            return role + " " + route.verb() + " " + route.template();
        }
    }

    /** Every REST route of both listeners. */
    private List<Served> routes() {
        List<Served> all = new ArrayList<>();
        Map.of(Role.GATEWAY, rest.all(), Role.MANAGER, manager.all())
                .forEach((role, routes) -> routes.forEach(route -> all.add(new Served(role, route))));
        assertThat(all).hasSizeGreaterThan(70);
        // Pages that browsers reach from an authorization server, whose words are not ours.
        assertThat(all.stream()
                        .filter(served -> served.route().input() == Input.FOREIGN)
                        .map(served -> served.route().template()))
                .containsExactlyInAnyOrder("/oauth/open/{invitation}", "/oauth/callback");
        all.removeIf(served -> served.route().input() == Input.FOREIGN);
        return all;
    }

    @Test
    void noRouteTakesABodyWithAVerbThatHasNone() {
        for (Served served : routes()) {
            assertThat(served.route().takesBody())
                    .as(served.toString())
                    .isEqualTo(!Set.of("GET", "DELETE")
                            .contains(served.route().verb().name()));
        }
    }

    @Test
    void everyRouteRefusesAQueryParameterThatItDoesNotKnowAndNamesThoseItKnows() throws Exception {
        String before = fixture.states();
        for (Served served : routes()) {
            for (String unknown : List.of("surprise", "forced", "dry-run", "Force%20")) {
                JsonNode error = refused(served, served.path() + "?" + unknown + "=true", "", "", 422);
                assertThat(error.path("code").asText()).as(served.toString()).isEqualTo("GW-1008");
                assertThat(error.path("detail").asText())
                        .as(served.toString())
                        .contains("\"" + unknown.replace("%20", " ") + "\"");
                if (served.route().parameters().isEmpty()) {
                    assertThat(error.path("detail").asText()).contains("takes none");
                } else {
                    assertThat(error.path("detail").asText())
                            .contains(served.route().parameters());
                }
            }
        }
        assertThat(fixture.states()).isEqualTo(before);
    }

    @Test
    void everyRouteRefusesAParameterThatIsGivenTwiceAlsoInAnotherSpellingAndInTheBody() throws Exception {
        String before = fixture.states();
        for (Served served : routes()) {
            for (String name : served.route().parameters()) {
                String snake = name.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(java.util.Locale.ROOT);
                for (String query : List.of(name + "=1&" + name + "=1", name + "=1&" + snake + "=2")) {
                    JsonNode error = refused(served, served.path() + "?" + query, "", "", 422);
                    assertThat(error.path("detail").asText())
                            .as(served.toString())
                            .contains("more than once")
                            .contains(served.route().parameters());
                }
                if (served.route().takesBody()) {
                    JsonNode error = refused(
                            served,
                            served.path() + "?" + name + "=1",
                            "application/json",
                            "{\"" + snake + "\":1}",
                            422);
                    assertThat(error.path("detail").asText())
                            .as(served.toString())
                            .contains("more than once");
                }
            }
        }
        assertThat(fixture.states()).isEqualTo(before);
    }

    @Test
    void everyRouteRefusesAQueryThatCannotBeRead() throws Exception {
        String before = fixture.states();
        for (Served served : routes()) {
            for (String query : List.of("%zz=1", "x=%", "%ff=1", "=1")) {
                refused(served, served.path() + "?" + query, "", "", 422);
            }
        }
        assertThat(fixture.states()).isEqualTo(before);
    }

    @Test
    void everyRouteThatTakesNoBodyRefusesOne() throws Exception {
        String before = fixture.states();
        for (Served served : routes()) {
            if (!served.route().takesBody()) {
                JsonNode error = refused(served, served.path(), "application/json", "{\"force\":true}", 422);
                assertThat(error.path("detail").asText()).as(served.toString()).contains("no body");
                JsonNode chunked = error(
                        exchange(served, served.path(), "Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"));
                assertThat(chunked.path("code").asText()).as(served.toString()).isEqualTo("GW-1008");
            }
        }
        assertThat(fixture.states()).isEqualTo(before);
    }

    @Test
    void everyRouteThatTakesABodyRefusesABadOne() throws Exception {
        String before = fixture.states();
        for (Served served : routes()) {
            if (served.route().takesBody()) {
                String path = served.path();
                refused(served, path, "application/json", "{\"force\":", 400);
                refused(served, path, "application/json", "[1]", 400);
                refused(served, path, "application/json", "\"force\"", 400);
                refused(served, path, "application/json", "{} {}", 400);
                refused(served, path, "application/json", "{\"force\":true,\"force\":true}", 400);
                refused(served, path, "application/json", "[".repeat(5_000), 400);
                refused(served, path, "application/json", "{\"surprise\":1}", 422);
                refused(served, path, "text/plain", "{}", 415);
                refused(served, path, "", "{}", 415);
                refused(served, path, "application/json", "{\"x\":\"" + "y".repeat(300_000) + "\"}", 413);
                assertThat(exchange(served, path, "Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"))
                        .as(served.toString())
                        .startsWith("HTTP/1.1 415 ");
            }
        }
        assertThat(fixture.states()).isEqualTo(before);
    }

    @Test
    void everyParameterInABodyRefusesAValueOfTheWrongKind() throws Exception {
        String before = fixture.states();
        for (Served served : routes()) {
            if (served.route().input() == Input.OBJECT) {
                for (String name : served.route().parameters()) {
                    for (String value : List.of("[]", "{}", "null", "[true]")) {
                        JsonNode error = refused(
                                served, served.path(), "application/json", "{\"" + name + "\":" + value + "}", 422);
                        assertThat(error.path("detail").asText())
                                .as(served.toString())
                                .startsWith(name + ": ");
                    }
                }
            }
        }
        assertThat(fixture.states()).isEqualTo(before);
    }

    private JsonNode refused(Served served, String path, String type, String body, int status) throws IOException {
        String headers = (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n")
                + (body.isEmpty() ? "" : "Content-Length: " + body.getBytes(UTF_8).length + "\r\n");
        String answer = exchange(served, path, headers, body);
        assertThat(answer).as(served + " " + path + " " + answer).startsWith("HTTP/1.1 " + status + " ");
        return error(answer);
    }

    /** By hand, because no decent client sends a body with GET. */
    private String exchange(Served served, String path, String headers, String body) throws IOException {
        URI uri = fixture.server.uri(served.role());
        try (Socket socket = new Socket("127.0.0.1", uri.getPort())) {
            socket.setSoTimeout(20_000);
            String head = served.route().verb() + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers
                    + "Connection: close\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    /** The error in the API's form. */
    private static JsonNode error(String answer) throws IOException {
        JsonNode error = ManagerFixture.JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
        assertThat(error.fieldNames()).toIterable().containsExactly("detail", "code", "requestId");
        return error;
    }
}

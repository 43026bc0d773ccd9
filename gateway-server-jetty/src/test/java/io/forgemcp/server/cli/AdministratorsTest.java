package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may change things where callers have tokens: the program as a process, with tokens signed as an issuer signs them. */
@Timeout(120)
class AdministratorsTest {
    private static final String SECRET = "a-secret-of-thirty-two-characters";
    private static final List<String> FOR_ADMINISTRATORS = List.of("/oauth/grants", "/oauth/start/{service}");

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Terminal terminal = new Terminal();

    @Test
    void aTokenWithoutTheRoleLooksAtEverythingAndChangesNothing() throws Exception {
        String user = token("ada", List.of("user"));
        try (ServeProcess serve = serve("")) {
            String gateway = serve.url();
            String manager = serve.line("service manager +(http://\\S+)");
            String before =
                    get(manager + "/services/time/state-transitions", user).body();

            int refused = 0;
            for (String base : List.of(gateway, manager)) {
                for (Map.Entry<String, List<String>> path : operations(base).entrySet()) {
                    for (String verb : path.getValue()) {
                        boolean looks = verb.equals("GET") && !FOR_ADMINISTRATORS.contains(path.getKey());
                        if (!looks) {
                            HttpResponse<String> answer =
                                    send(verb, base + path.getKey().replaceAll("\\{[^}]+}", "time"), user);
                            assertThat(answer.statusCode())
                                    .as(verb + " " + base + path.getKey())
                                    .isEqualTo(403);
                            refused++;
                        }
                    }
                }
            }
            assertThat(refused).isGreaterThan(20);
            assertThat(get(manager + "/services/time/state-transitions", user).body())
                    .isEqualTo(before);
            assertThat(get(gateway + "/gateways", user).statusCode()).isEqualTo(200);
            assertThat(get(gateway + "/tools", user).statusCode()).isEqualTo(200);
            assertThat(terminal.with("FORGE_TOKEN", user).run("call", "time-now", "--url", gateway))
                    .as(terminal.err())
                    .isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void theRefusalSaysWhatIsMissingAndAnAdministratorIsNotRefused() throws Exception {
        String admin = token("root", List.of("admin"));
        try (ServeProcess serve = serve("")) {
            serve.url();
            String manager = serve.line("service manager +(http://\\S+)");
            HttpResponse<String> answer = send("POST", manager + "/services/time/stop", token("ada", List.of()));

            JsonNode error = new ObjectMapper().readTree(answer.body());
            assertThat(error.path("detail").asText()).contains("\"ada\"").contains("the role \"admin\"");
            assertThat(error.path("code").asText()).isEqualTo("GW-1204");
            assertThat(error.path("requestId").asText()).isNotEmpty();
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .hasValue("Bearer realm=\"forge-mcp-gateway\", error=\"insufficient_scope\"");

            assertThat(send("POST", manager + "/services/time/stop", admin).statusCode())
                    .isEqualTo(200);
            assertThat(send("POST", manager + "/services/time/start", "none").statusCode())
                    .isEqualTo(401);
            assertThat(terminal.with("FORGE_TOKEN", admin).run("services", "start", "time", "--url", manager))
                    .as(terminal.err())
                    .isEqualTo(ExitCode.OK);
            assertThat(serve.line("callers +(.*)"))
                    .isEqualTo("with a token of issuer \"forge-mcp-gateway\" for \"forge-mcp-gateway\"; to change"
                            + " services, with the role \"admin\"");
        }
    }

    @Test
    void whichRolesMayChangeThingsIsConfigured() throws Exception {
        try (ServeProcess serve = serve("JWT_ADMIN_ROLES=\"sre, operator\"\n")) {
            serve.url();
            String stop = serve.line("service manager +(http://\\S+)") + "/services/time/stop";

            assertThat(send("POST", stop, token("root", List.of("admin"))).body())
                    .contains("the role \\\"operator\\\" or \\\"sre\\\"");
            assertThat(send("POST", stop, token("ada", List.of("user", "operator")))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send("POST", stop, token("bob", "sre")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aListOfNoRolesIsRefusedAtTheStart() {
        assertThat(terminal.with("JWT_ADMIN_ROLES", " , ")
                        .with("AUTH_REQUIRED", "true")
                        .with("JWT_SECRET_KEY", SECRET)
                        .run("serve", "--port", "0"))
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(terminal.err()).contains("JWT_ADMIN_ROLES");
    }

    private ServeProcess serve(String more) throws IOException {
        Files.writeString(
                directory.resolve(".env.local"), "AUTH_REQUIRED=true\nJWT_SECRET_KEY=" + SECRET + "\n" + more);
        return new ServeProcess(directory, "--port", "0", "--manager-port", "0");
    }

    /** The verbs of each path that is no MCP endpoint, as the listener's OpenAPI document names them. */
    private Map<String, List<String>> operations(String base) throws Exception {
        Map<String, List<String>> operations = new LinkedHashMap<>();
        new ObjectMapper()
                .readTree(get(base + "/openapi.json", "none").body())
                .path("paths")
                .fields()
                .forEachRemaining(path -> {
                    List<String> verbs = new ArrayList<>();
                    path.getValue().fieldNames().forEachRemaining(verb -> verbs.add(verb.toUpperCase(Locale.ROOT)));
                    operations.put(path.getKey(), verbs);
                });
        operations.keySet().removeIf(path -> path.matches(".*/(mcp|rpc|sse|message)"));
        return operations;
    }

    private static String token(String subject, Object roles) throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader(JWSAlgorithm.HS256),
                new JWTClaimsSet.Builder()
                        .subject(subject)
                        .issuer("forge-mcp-gateway")
                        .audience("forge-mcp-gateway")
                        .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                        .claim("roles", roles)
                        .build());
        jwt.sign(new MACSigner(SECRET));
        return jwt.serialize();
    }

    private HttpResponse<String> get(String url, String token) throws Exception {
        return send("GET", url, token);
    }

    private HttpResponse<String> send(String verb, String url, String token) throws Exception {
        boolean takesBody = !verb.equals("GET") && !verb.equals("DELETE");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .method(verb, takesBody ? BodyPublishers.ofString("{}") : BodyPublishers.noBody());
        if (!token.equals("none")) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }
}

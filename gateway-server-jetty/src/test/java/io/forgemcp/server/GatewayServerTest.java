package io.forgemcp.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import io.forgemcp.server.prometheus.PrometheusMetrics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole gateway behind the real listener, with one server inside the process and one that cannot start. */
@Timeout(60)
class GatewayServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Schema TWO_NUMBERS =
            Schema.object().required("a", Schema.integer("First")).required("b", Schema.integer("Second"));
    private static Gateway gateway;
    private static GatewayServer server;

    @BeforeAll
    static void start() {
        JavaServer calculator = JavaServer.builder("calc", "1.0")
                .tool("add", "Adds two numbers", TWO_NUMBERS, arguments -> ToolResponse.text("5"))
                .tool("sub", "Subtracts", TWO_NUMBERS, arguments -> ToolResponse.text("1"))
                .build();
        gateway = Gateway.builder()
                .metrics(new PrometheusMetrics())
                .service(ServiceDefinition.java("calc", calculator).build())
                .service(ServiceDefinition.stdio("missing", "no-such-program-anywhere")
                        .build())
                .virtualServer(VirtualServer.of("Sums", List.of(ServiceName.of("calc"))))
                .build()
                .start();
        server = GatewayServer.start(gateway, ServerSettings.defaults().withAddress("127.0.0.1", 0));
    }

    @AfterAll
    static void stop() {
        server.close();
        gateway.close();
    }

    @Test
    void aToolIsCalledThroughRpcAndThroughStatelessMcp() throws Exception {
        String call =
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"calc-add\",\"arguments\":{\"a\":2,\"b\":3}}}";
        for (String path : List.of("/rpc", "/mcp", "/servers/sums/mcp", "/v1/servers/Sums/mcp")) {
            JsonNode answer = post(path, call, 200);
            assertThat(answer.path("id").asInt()).isEqualTo(7);
            assertThat(answer.at("/result/content/0/text").asText()).isEqualTo("5");
        }
    }

    @Test
    void healthReadinessAndVersionAnswer() throws Exception {
        assertThat(get("/health").path("status").asText()).isEqualTo("healthy");
        assertThat(get("/health").path("services_total").asInt()).isEqualTo(2);
        assertThat(get("/health").path("tools").asInt()).isEqualTo(2);
        assertThat(get("/ready").at("/statusItems/0/statusCode").asInt()).isEqualTo(200);
        assertThat(get("/live").path("status").asText()).isEqualTo("alive");
        assertThat(get("/v1/version").path("java").asText()).isNotEmpty();
    }

    @Test
    void toolsAreListedWithWhereTheyComeFromAndFoundByIdAndName() throws Exception {
        JsonNode tools = get("/tools?limit=0");
        assertThat(tools).hasSize(2);
        JsonNode add = tools.get(0);
        assertThat(add.path("name").asText()).isEqualTo("calc-add");
        assertThat(add.path("originalName").asText()).isEqualTo("add");
        assertThat(add.path("description").asText()).isEqualTo("Adds two numbers");
        assertThat(add.at("/inputSchema/type").asText()).isEqualTo("object");
        assertThat(add.path("gatewaySlug").asText()).isEqualTo("calc");
        assertThat(get("/tools/" + add.path("id").asText())).isEqualTo(add);
        assertThat(get("/tools/calc-add")).isEqualTo(add);
        assertThat(get("/gateways/" + add.path("gatewayId").asText())
                        .path("name")
                        .asText())
                .isEqualTo("calc");
    }

    @Test
    void pagesOfToolsLeadToOneAnother() throws Exception {
        JsonNode first = get("/tools?limit=1&include_pagination=true");
        assertThat(first.path("tools")).hasSize(1);
        JsonNode second = get("/tools?limit=1&include_pagination=true&cursor="
                + first.path("nextCursor").asText());
        assertThat(second.at("/tools/0/name").asText()).isEqualTo("calc-sub");
        assertThat(second.path("nextCursor").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/tools?limit=-1", "/tools?limit=abc", "/tools?cursor=nonsense", "/services/calc/logs?tail=0"})
    void parametersThatMakeNoSenseAreNamed(String path) throws Exception {
        JsonNode error = send("GET", path, 422);
        assertThat(error.path("code").asText()).isEqualTo("GW-1008");
        assertThat(error.path("detail").asText()).isNotEmpty();
        assertThat(error.path("requestId").asText()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/tools/none,GW-1301",
        "/servers/none,GW-1304",
        "/servers/none/tools,GW-1304",
        "/gateways/none,GW-1305",
        "/services/none,GW-1305",
        "/services/not%20a%20name/logs,GW-1305",
        "/nowhere,GW-1010"
    })
    void whatIsNotThereIsToldByItsKind(String path, String code) throws Exception {
        assertThat(send("GET", path, 404).path("code").asText()).isEqualTo(code);
    }

    @Test
    void virtualServersShowTheirTools() throws Exception {
        JsonNode servers = get("/servers");
        assertThat(servers).hasSize(1);
        assertThat(servers.at("/0/name").asText()).isEqualTo("Sums");
        assertThat(servers.at("/0/associatedTools")).hasSize(2);
        assertThat(get("/servers/" + servers.at("/0/id").asText())).isEqualTo(servers.get(0));
        assertThat(get("/servers/sums/tools").at("/0/name").asText()).isEqualTo("calc-add");
        assertThat(get("/servers/sums/prompts").isArray()).isTrue();
        assertThat(get("/servers/sums/resources").isArray()).isTrue();
    }

    @Test
    void gatewaysTellTheirStateAndCanBeAskedAgain() throws Exception {
        assertThat(get("/gateways")).hasSize(2);
        assertThat(get("/gateways/calc").path("reachable").asBoolean()).isTrue();
        JsonNode changes = send("POST", "/gateways/calc/tools/refresh", 200);
        assertThat(changes.path("added")).isEmpty();
        assertThat(changes.path("removed")).isEmpty();
        assertThat(changes.path("changed")).isEmpty();
        assertThat(changes.path("tools").asInt()).isEqualTo(2);
    }

    @Test
    void servicesObeyCommandsAndRememberTheirStates() throws Exception {
        assertThat(send("POST", "/services/calc/start", 200).path("state").asText())
                .isEqualTo("running");
        assertThat(get("/services/calc").path("status").asText()).isEqualTo("running");
        assertThat(get("/services")).hasSize(2);
        assertThat(get("/services/calc/state-transitions")).isNotEmpty();
        assertThat(get("/services/calc/logs?tail=5").path("lines").isArray()).isTrue();
        assertThat(send("POST", "/services/calc/stop?force=true", 200)
                        .path("state")
                        .asText())
                .isEqualTo("stopped");
        assertThat(send("POST", "/services/missing/start", 502).path("detail").asText())
                .contains("no-such-program-anywhere");
    }

    @Test
    void aScrapeNamesEveryMetric() throws Exception {
        HttpResponse<String> answer = request("GET", "/metrics");
        assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith("text/plain");
        for (Metric metric : Metric.values()) {
            assertThat(answer.body()).containsOnlyOnce("# TYPE " + metric.id() + " ");
        }
    }

    @Test
    void eventsAreStreamedAsTheyHappen() throws Exception {
        HttpResponse<InputStream> stream = CLIENT.send(
                HttpRequest.newBuilder(URI.create(server.uri() + "/events")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8))) {
            send("POST", "/services/calc/restart?force=true", 200);
            String line = lines.readLine();
            while (!line.startsWith("event: service.state")) {
                line = lines.readLine();
            }
            JsonNode event = JSON.readTree(lines.readLine().substring("data: ".length()));
            assertThat(event.path("type").asText()).isEqualTo("service.state");
            assertThat(event.path("service").asText()).isEqualTo("calc");
            assertThat(event.path("at").asText()).isNotEmpty();
        }
    }

    @Test
    void theOpenApiDocumentNamesExactlyWhatAnswers() throws Exception {
        JsonNode document = get("/openapi.json");
        assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
        TreeSet<String> operations = new TreeSet<>();
        TreeSet<String> ids = new TreeSet<>();
        document.path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue().fields().forEachRemaining(operation -> {
                    operations.add(operation.getKey() + " " + path.getKey());
                    assertThat(ids.add(operation.getValue().path("operationId").asText()))
                            .isTrue();
                }));
        assertThat(operations)
                .contains("post /mcp", "get /servers/{id}/mcp", "get /services/{name}/logs", "get /openapi.json");
        for (String operation : operations) {
            String[] parts = operation.split(" ");
            // An OPTIONS request asks the routes themselves.
            HttpResponse<String> options = request("OPTIONS", parts[1].replaceAll("\\{[^}]+}", "x"));
            assertThat(options.headers()
                            .firstValue("allow")
                            .orElse("")
                            .toLowerCase()
                            .split(", "))
                    .contains(parts[0]);
        }
    }

    private static JsonNode get(String path) throws IOException, InterruptedException {
        return send("GET", path, 200);
    }

    private static JsonNode send(String verb, String path, int status) throws IOException, InterruptedException {
        HttpResponse<String> answer = request(verb, path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    private static HttpResponse<String> request(String verb, String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(server.uri() + path))
                        .method(verb, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode post(String path, String body, int status) throws IOException, InterruptedException {
        HttpResponse<String> answer = CLIENT.send(
                HttpRequest.newBuilder(URI.create(server.uri() + path))
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }
}

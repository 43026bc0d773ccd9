package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.GatewaySettings;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients send that they should not: each gets one precise error, and the next request works. */
@Timeout(20)
class BadInputTest {
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

    private static TestGateway gateway;
    private static GatewayClient client;

    @BeforeAll
    static void start() {
        JavaServer sums = JavaServer.builder("sums", "1")
                .tool(
                        "add",
                        "Adds",
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\"}},\"required\":[\"a\"]}",
                        arguments -> ToolResponse.text("sum " + arguments.number("a")))
                .build();
        ServiceDefinition service = ServiceDefinition.java("sums", sums).build();
        gateway = TestGateway.start(builder -> builder.service(service)
                .virtualServer(TestGateway.original(service))
                .settings(GatewaySettings.DEFAULT.withCallTimeout(Duration.ofSeconds(3))));
        client = gateway.client("sums");
    }

    @AfterAll
    static void stop() {
        client.close();
        gateway.close();
    }

    @Test
    void anUnknownToolIsNamed() {
        JsonNode error = client.call("divide", Json.of("{}"));
        assertError(error, -32602, "GW-1301");
        assertThat(error.path("message").asText()).contains("divide").contains("tools/list");
    }

    @Test
    void argumentsThatDoNotFitAreTheToolsOwnError() {
        JsonNode result = client.call("add", Json.of("{'a':'many'}"));
        assertThat(result.path("isError").booleanValue()).isTrue();
        assertThat(result.at("/content/0/text").asText()).contains("a");
        assertThat(client.call("add", Json.of("{}")).path("isError").booleanValue())
                .isTrue();
        assertThat(client.call("add", Json.of("{'a':1}")).at("/content/0/text").asText())
                .startsWith("sum 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'name':5}", "{}", "{'name':null}", "{'arguments':{}}"})
    void aCallWithoutAToolsNameIsRefused(String params) {
        assertError(client.request("tools/call", Json.of(params)), -32602, "GW-1008");
    }

    @Test
    void anUnknownMethodIsRefused() {
        assertError(client.request("tools/destroy", Json.of("{}")), -32601, "GW-1007");
    }

    @Test
    void aCursorThatTheGatewayNeverGaveIsRefused() {
        assertError(client.request("tools/list", Json.of("{'cursor':'page2'}")), -32602, "GW-1008");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'jsonrpc':'2.0','id':1,'method':'ping'           | GW-1001 | -32700",
                "not json                                          | GW-1001 | -32700",
                "``                                                | GW-1001 | -32700",
                "{'jsonrpc':'2.0','id':1,'method':'ping'} {}       | GW-1001 | -32700",
                "{'jsonrpc':'2.0','id':1,'id':2,'method':'ping'}   | GW-1002 | -32600",
                "{'jsonrpc':'1.0','id':1,'method':'ping'}          | GW-1002 | -32600",
                "{'jsonrpc':'2.0','id':null,'method':'ping'}       | GW-1002 | -32600",
                "[{'jsonrpc':'2.0','id':1,'method':'ping'}]        | GW-1002 | -32600",
                "42                                                | GW-1002 | -32600"
            })
    void aBodyThatIsNoMessageIsRefused(String body, String code, int number) throws Exception {
        HttpResponse<String> response =
                send(client.builder(), body.replace('\'', '"').getBytes(UTF_8));
        assertRefused(response, 400, number, code);
        boolean readable = code.equals("GW-1002") && body.startsWith("{") && body.contains("'id':1");
        assertThat(Json.tree(response.body()).path("id").toString()).isEqualTo(readable ? "1" : "null");
    }

    @Test
    void aBodyThatIsNotUtf8IsRefused() throws Exception {
        byte[] body = PING.replace("ping", "pi\u00ffng").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        assertRefused(send(client.builder(), body), 400, -32700, "GW-1001");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/jsonp", "multipart/form-data"})
    void anotherContentTypeIsRefused(String type) throws Exception {
        HttpRequest request = client.builder()
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(PING))
                .build();
        assertRefused(GatewayClient.HTTP.send(request, BodyHandlers.ofString()), 415, -32600, "GW-1005");
    }

    @Test
    void aBodyWithoutAContentTypeIsRefused() throws Exception {
        HttpRequest request =
                client.builder().POST(BodyPublishers.ofString(PING)).build();
        assertRefused(GatewayClient.HTTP.send(request, BodyHandlers.ofString()), 415, -32600, "GW-1005");
    }

    @Test
    void elevenMegabytesAreRefusedWhetherAnnouncedOrNot() throws Exception {
        byte[] big = big(11_000_000);
        assertRefused(send(client.builder(), big), 413, -32600, "GW-1004");
        HttpRequest unannounced = client.builder()
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(big)))
                .build();
        try {
            assertRefused(GatewayClient.HTTP.send(unannounced, BodyHandlers.ofString()), 413, -32600, "GW-1004");
        } catch (IOException cutOff) {
            // The gateway may hang up on a client that goes on sending; this client then does not read the answer.
            assertThat(cutOff).hasMessageMatching("(?i).*(reset|broken pipe|closed|EOF|HTTP/1.1 header parser).*");
        }
        assertStillWorks();
    }

    @Test
    void nineMegabytesAreServed() throws Exception {
        HttpResponse<String> response = send(client.builder(), big(9_000_000));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(client.last(response.body()).path("result").path("isError").booleanValue())
                .isTrue();
    }

    private static byte[] big(int size) {
        return Json.request(7, "tools/call", Json.of("{'name':'add','arguments':{'a':'" + "x".repeat(size) + "'}}"))
                .getBytes(UTF_8);
    }

    @Test
    void fiveThousandLevelsAreRefused() throws Exception {
        for (String deep :
                new String[] {"[".repeat(5_000) + "]".repeat(5_000), "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000)
                }) {
            String body =
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"add\",\"arguments\":"
                            + deep + "}}";
            assertRefused(send(client.builder(), body.getBytes(UTF_8)), 400, -32600, "GW-1003");
        }
        assertRefused(send(client.builder(), "[".repeat(5_000).getBytes(UTF_8)), 400, -32600, "GW-1003");
    }

    @Test
    void anUnknownSessionIsNotFound() throws Exception {
        HttpRequest.Builder unknown = stranger().header("Mcp-Session-Id", "no-such-session");
        assertRefused(send(unknown, PING.getBytes(UTF_8)), 404, -32600, "GW-1102");
        assertRefused(
                GatewayClient.HTTP.send(
                        stranger().header("Mcp-Session-Id", "x").DELETE().build(), BodyHandlers.ofString()),
                404,
                -32600,
                "GW-1102");
    }

    @Test
    void aSessionThatWasDeletedIsNotFound() throws Exception {
        GatewayClient brief = gateway.client("sums");
        String id = brief.session();
        brief.close();
        assertRefused(send(stranger().header("Mcp-Session-Id", id), PING.getBytes(UTF_8)), 404, -32600, "GW-1102");
    }

    @Test
    void aStreamingClientWithoutASessionIsToldToInitialize() throws Exception {
        HttpResponse<String> response = send(stranger(), PING.getBytes(UTF_8));
        assertRefused(response, 400, -32600, "GW-1101");
        assertThat(response.body()).contains("initialize");
    }

    @Test
    void anUnknownVirtualServerIsNotFound() throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(gateway.mcp("none")).header("Accept", "application/json, text/event-stream");
        byte[] initialize = Json.request(
                        1,
                        "initialize",
                        Json.of(
                                "{'protocolVersion':'2025-11-25','capabilities':{},'clientInfo':{'name':'t','version':'1'}}"))
                .getBytes(UTF_8);
        HttpResponse<String> response = send(request, initialize);
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("GW-1304").contains("none");
    }

    @Test
    void aProtocolVersionThatDoesNotExistIsRefused() throws Exception {
        HttpRequest.Builder request =
                stranger().header("Mcp-Session-Id", client.session()).header("MCP-Protocol-Version", "1999-01-01");
        assertRefused(send(request, PING.getBytes(UTF_8)), 400, -32600, "GW-1103");
    }

    @Test
    void aClientThatAcceptsNeitherJsonNorEventsIsRefused() throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(gateway.mcp("sums")).header("Accept", "text/html");
        assertRefused(send(request, PING.getBytes(UTF_8)), 406, -32600, "GW-1006");
    }

    @Test
    void aForeignOriginOrHostIsForbidden() throws Exception {
        HttpResponse<String> origin =
                send(client.builder().header("Origin", "http://evil.example"), PING.getBytes(UTF_8));
        assertThat(origin.statusCode()).isEqualTo(403);
        assertThat(origin.body()).contains("GW-1202");
        assertThat(talk("POST /mcp HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 2\r\nConnection: close\r\n\r\n{}"))
                .startsWith("HTTP/1.1 403")
                .contains("GW-1201");
    }

    @Test
    void aConnectionThatIsHalfClosedBeforeItsBodyIsCompleteGetsAnAnswer() throws Exception {
        String answer = talk("POST /servers/sums/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Accept: application/json\r\nContent-Length: 400\r\n\r\n{\"jsonrpc\":\"2.0\",");
        // Nothing at all is right as well: the client said that it would send more and then went.
        assertThat(answer)
                .satisfiesAnyOf(
                        text -> assertThat(text).isEmpty(),
                        text -> assertThat(text).startsWith("HTTP/1.1 400"));
        assertStillWorks();
    }

    @Test
    void aConnectionThatIsHalfClosedAfterItsRequestGetsTheResult() throws Exception {
        String call = Json.request(3, "tools/call", Json.of("{'name':'add','arguments':{'a':2}}"));
        String answer = talk("POST /servers/sums/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Accept: application/json\r\nContent-Length: " + call.length() + "\r\n\r\n" + call);
        assertThat(answer).startsWith("HTTP/1.1 200").contains("sum 2");
    }

    @Test
    void whatIsNotHttpIsRefused() throws Exception {
        assertThat(talk("\u0016\u0003\u0001 hello\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertStillWorks();
    }

    /** Writes this, half-closes, and reads until the gateway hangs up. */
    private static String talk(String text) throws IOException {
        URI uri = gateway.uri("/");
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(text.getBytes(US_ASCII));
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static HttpRequest.Builder stranger() {
        return HttpRequest.newBuilder(gateway.mcp("sums")).header("Accept", "application/json, text/event-stream");
    }

    private static HttpResponse<String> send(HttpRequest.Builder request, byte[] body)
            throws IOException, InterruptedException {
        return GatewayClient.HTTP.send(
                request.header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static void assertStillWorks() {
        assertThat(client.call("add", Json.of("{'a':1}")).at("/content/0/text").asText())
                .startsWith("sum 1");
    }

    private static void assertError(JsonNode error, int number, String code) {
        assertThat(error.path("code").intValue()).as(error.toString()).isEqualTo(number);
        assertThat(error.at("/data/code").asText()).isEqualTo(code);
    }

    private static void assertRefused(HttpResponse<String> response, int status, int number, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertError(Json.tree(response.body()).path("error"), number, code);
    }
}

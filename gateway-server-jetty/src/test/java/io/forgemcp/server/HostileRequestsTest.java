package io.forgemcp.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.LoopbackOnly;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HostileRequestsTest {
    private static final McpEndpoint ECHO = (request, responder) -> responder.answer(200, request.body());

    private ListenerFixture listener = new ListenerFixture(ECHO);

    @AfterEach
    void close() {
        listener.close();
    }

    private void listen(ServerSettings settings) {
        listener.close();
        listener = new ListenerFixture(ECHO, settings);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:4444",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "localhost:80@evil.example",
                "[::1]evil",
                "192.168.1.4"
            })
    void aHostThatIsNotThisMachineIsRefusedBeforeAnythingElse(String host) throws Exception {
        String answer = exchange("GET /nowhere HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");

        // Jetty itself refuses what is not even a host and port.
        assertThat(answer).containsPattern("^HTTP/1.1 (403|400) ");
        assertThat(answer).doesNotContain("404");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:9", "127.0.0.1:4444", "[::1]", "[::1]:4444"})
    void loopbackNamesAreLetInWithAnyPort(String host) throws Exception {
        assertThat(exchange("GET /live HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void aRequestWithoutAHostIsRefused() throws Exception {
        assertThat(exchange("GET /live HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 403 ");
        assertThat(exchange("GET /live HTTP/1.1\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void whatCannotEvenBeReadHasARequestIdOfItsOwnInTheAnswerAndItsHeader() throws Exception {
        String unreadable = "GET /live HTTP/1.1\r\nConnection: close\r\n\r\n";
        String first = requestId(exchange(unreadable));
        assertThat(first).isNotEqualTo("none").isNotEqualTo(requestId(exchange(unreadable)));
    }

    private static String requestId(String answer) {
        Matcher header = Pattern.compile("(?i)x-request-id: (\\S+)").matcher(answer);
        assertThat(header.find()).as(answer).isTrue();
        assertThat(answer).contains("\"requestId\":\"" + header.group(1) + "\"");
        return header.group(1);
    }

    @Test
    void moreHostsCanBeLetIn() throws Exception {
        listen(ServerSettings.defaults().withAllowed(Set.of("Gateway.Example"), Set.of("https://ide.example")));

        assertThat(exchange("GET /live HTTP/1.1\r\nHost: gateway.example:8080\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(listener.get("/live", "Origin", "https://ide.example").statusCode())
                .isEqualTo(200);
        assertThat(listener.get("/live", "Origin", "https://other.example").statusCode())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "null",
                "http://localhost.evil.example",
                "file://localhost",
                "http://localhost@evil.example",
                "not a url"
            })
    void aForeignOriginIsRefusedWithTheReason(String origin) throws Exception {
        HttpResponse<String> answer = listener.post("/mcp", "{}", "Origin", origin);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("\"code\":\"GW-1202\"").contains("Origin");
        assertThat(answer.headers().firstValue("access-control-allow-origin")).isEmpty();
    }

    @Test
    void aPageOnThisMachineMayReadAnswersAndAskBeforehand() throws Exception {
        HttpResponse<String> answer = listener.post("/mcp", "{}", "Origin", "http://localhost:5173");
        assertThat(answer.headers().firstValue("access-control-allow-origin")).contains("http://localhost:5173");
        assertThat(answer.headers().firstValue("access-control-expose-headers").orElse(""))
                .contains("Mcp-Session-Id");

        HttpResponse<String> preflight = listener.send(
                "OPTIONS",
                "/mcp",
                "Origin",
                "http://localhost:5173",
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "content-type, mcp-session-id");
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("access-control-allow-methods"))
                .contains("GET, POST, DELETE, OPTIONS");
        assertThat(preflight.headers().firstValue("access-control-allow-headers"))
                .contains("content-type, mcp-session-id");
    }

    @Test
    void optionsWithoutAnOriginNamesTheVerbsOnly() throws Exception {
        HttpResponse<String> answer = listener.send("OPTIONS", "/live");

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("allow")).contains("GET, HEAD, OPTIONS");
        assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-methods");
    }

    @Test
    void aBodyOfElevenMegabytesIsRefusedAndTheClientHearsIt() throws Exception {
        HttpResponse<String> answer = listener.post("/mcp", "x".repeat(11 * 1024 * 1024));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("\"jsonrpc\":\"2.0\"").contains("GW-1004");
    }

    @Test
    void aChunkedBodyThatGrowsTooLargeIsRefusedToo() throws Exception {
        listen(ServerSettings.defaults().withMaxRequestBytes(1000));
        String chunk = "1f4\r\n" + "x".repeat(500) + "\r\n";
        String answer = exchange(head("/mcp", "Transfer-Encoding: chunked") + chunk + chunk + chunk + "0\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 413 ");
    }

    @Test
    void aBodyOfExactlyTheLimitIsTaken() throws Exception {
        listen(ServerSettings.defaults().withMaxRequestBytes(300_000));

        assertThat(listener.post("/mcp", "x".repeat(300_000)).body()).hasSize(300_000);
        assertThat(listener.post("/mcp", "x".repeat(300_001)).statusCode()).isEqualTo(413);
    }

    @ParameterizedTest
    @CsvSource({"text/plain,415", "application/jsonp,415", "application/json; charset=utf-8,200", "Application/JSON,200"
    })
    void theContentTypeOfABodyHasToBeJson(String type, int status) throws Exception {
        assertThat(listener.post("/mcp", "{}", "Content-Type", type).statusCode())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "text/html,406",
        "image/png,406",
        "application/json,200",
        "'application/json, text/event-stream',200",
        "*/*,200",
        "application/*,200"
    })
    void aClientThatTakesNeitherJsonNorEventsIsRefused(String accept, int status) throws Exception {
        assertThat(listener.post("/mcp", "{}", "Accept", accept).statusCode()).isEqualTo(status);
    }

    @Test
    void aBodyThatTricklesInIsGivenUp() throws Exception {
        listen(ServerSettings.defaults().withTimeouts(Duration.ofMillis(200), Duration.ofSeconds(60)));
        try (Socket client = listener.raw(head("/mcp", "Content-Length: 100") + "{")) {
            String answer = new String(client.getInputStream().readAllBytes(), UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 408 ").contains("GW-1011");
        }
    }

    @Test
    void aBodyInPiecesIsPutTogether() throws Exception {
        try (Socket client = listener.raw(head("/mcp", "Content-Length: 7\r\nConnection: close") + "{\"a")) {
            client.getOutputStream().write("\":1}".getBytes(UTF_8));

            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                    .endsWith("{\"a\":1}");
        }
    }

    @Test
    void aClientThatHasClosedItsDirectionStillGetsItsAnswer() throws Exception {
        try (Socket client = listener.raw(head("/mcp", "Content-Length: 2") + "{}")) {
            client.shutdownOutput();

            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                    .endsWith("{}");
        }
    }

    @Test
    void aBodyThatBreaksOffReachesNoEndpoint() throws Exception {
        CompletableFuture<byte[]> reached = new CompletableFuture<>();
        listener.close();
        listener = new ListenerFixture((request, responder) -> {
            reached.complete(request.body());
            responder.answer(200, null);
        });
        try (Socket client = listener.raw(head("/mcp", "Content-Length: 10") + "{}")) {
            client.shutdownOutput();

            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                    .doesNotContain("200 OK");
            assertThat(reached).isNotDone();
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            String body = "{\"n\":" + (100 + i) + "}";
            requests.append(head("/mcp", "Content-Length: " + body.length() + (i == 49 ? "\r\nConnection: close" : "")))
                    .append(body);
        }
        String answers = exchange(requests.toString());
        int at = 0;
        for (int i = 0; i < 50; i++) {
            int found = answers.indexOf("{\"n\":" + (100 + i) + "}");
            assertThat(found).isGreaterThan(at);
            at = found;
        }
    }

    @ParameterizedTest
    @CsvSource({"GET,/nowhere,404", "GET,/servers/x/unknown,404", "PUT,/mcp,405", "POST,/live,405", "HEAD,/mcp,405"})
    void unknownPathsAndVerbsAreToldApart(String verb, String path, int status) throws Exception {
        HttpResponse<String> answer = listener.send(verb, path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("allow").isPresent()).isEqualTo(status == 405);
        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    }

    @Test
    void headOfAPageHasItsHeadersWithoutItsBody() throws Exception {
        HttpResponse<String> answer = listener.send("HEAD", "/live");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-length")).contains("5");
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../etc/passwd",
                "/servers/../../etc/passwd",
                "/servers/%2e%2e/%2e%2e/etc/passwd",
                "/servers/..%2f..%2fetc/mcp",
                "/servers/a%00b/mcp",
                "/servers//mcp",
                "/%",
                "/servers/%zz/mcp",
                "//mcp/x"
            })
    void pathsThatTryToLeaveTheirPlaceFindNothing(String path) throws Exception {
        String answer = exchange("POST " + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 2\r\nConnection: close\r\n\r\n{}");

        assertThat(answer).containsPattern("^HTTP/1.1 (400|404|405) ");
    }

    @Test
    void aSaneRequestIdIsKeptAndAnOddOneReplaced() throws Exception {
        assertThat(listener.get("/live", "X-Request-Id", "abc-123").headers().firstValue("x-request-id"))
                .contains("abc-123");
        for (String odd : List.of("a b", "<script>", "x".repeat(129))) {
            assertThat(listener.get("/live", "X-Request-Id", odd).headers().firstValue("x-request-id"))
                    .get()
                    .asString()
                    .matches("[0-9a-f]+-[0-9a-f]+");
        }
    }

    @Test
    void anEndpointThatThrowsBecomesAnErrorWithoutItsSecrets() throws Exception {
        listener.close();
        listener = new ListenerFixture((request, responder) -> {
            throw new IllegalStateException("password=hunter2");
        });
        HttpResponse<String> answer = listener.post("/mcp", "{}");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("GW-1901").doesNotContain("hunter2");
    }

    @Test
    void whoIsNotLetInIsToldHowToAsk() throws Exception {
        listener.close();
        listener = new ListenerFixture(
                ECHO,
                ServerSettings.defaults(),
                credentials -> CompletableFuture.failedFuture(
                        new GatewayException(ErrorCode.UNAUTHENTICATED, "A valid token is needed.")),
                List.of());

        HttpResponse<String> answer = listener.post("/mcp", "{}");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate").orElse("")).startsWith("Bearer");
        assertThat(listener.get("/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aRequestThatAProxyHerePassesOnIsNotLocal() throws Exception {
        listener.close();
        listener = new ListenerFixture(ECHO, ServerSettings.defaults(), new LoopbackOnly(), List.of());

        assertThat(listener.post("/mcp", "{}").statusCode()).isEqualTo(200);
        assertThat(listener.post("/mcp", "{}", "X-Forwarded-For", "203.0.113.9").statusCode())
                .isEqualTo(401);
    }

    private static String head(String path, String headers) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + headers
                + "\r\n\r\n";
    }

    private String exchange(String request) throws IOException {
        try (Socket client = listener.raw(request)) {
            return new String(client.getInputStream().readAllBytes(), UTF_8);
        }
    }
}

package io.forgemcp.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.protocol.ReadyAnswer;
import io.forgemcp.gateway.protocol.RequestId;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class McpListenerTest {
    private static final McpEndpoint ECHO = (request, responder) ->
            responder.answer(200, request.body(), "X-Server", String.valueOf(request.virtualServer()));

    @ParameterizedTest
    @ValueSource(strings = {"/mcp", "/v1/mcp", "/rpc", "/v1/rpc", "/message"})
    void everyPathOverAllServersReachesItsEndpointBareAndUnderV1(String path) throws Exception {
        try (ListenerFixture listener = new ListenerFixture(ECHO)) {
            HttpResponse<String> answer = listener.post(path, "{\"a\":\"ö\"}");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"a\":\"ö\"}");
            assertThat(answer.headers().firstValue("content-type")).contains("application/json");
            assertThat(answer.headers().firstValue("content-length")).contains("10");
            assertThat(answer.headers().firstValue("x-server")).contains("null");
        }
    }

    @Test
    void theVirtualServerIsTakenFromThePathAndDecoded() throws Exception {
        try (ListenerFixture listener = new ListenerFixture(ECHO)) {
            HttpResponse<String> answer = listener.post("/v1/servers/my%20tools%3F/mcp", "{}");

            assertThat(answer.headers().firstValue("x-server")).contains("my tools?");
        }
    }

    @Test
    void anAnswerWithoutABodyHasNone() throws Exception {
        try (ListenerFixture listener = new ListenerFixture((request, responder) -> responder.answer(202, null))) {
            HttpResponse<String> answer = listener.post("/mcp", "{}");

            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(answer.body()).isEmpty();
            assertThat(answer.headers().firstValue("content-type")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 40_000, 131_045, 131_046, 300_000})
    void anAnswerThatIsSharedArrivesWholeWithItsLength(int size) throws Exception {
        byte[] result = ("\"" + "ab".repeat(size / 2) + "\"").getBytes(UTF_8);
        ReadyAnswer ready = new ReadyAnswer(result);
        try (ListenerFixture listener =
                new ListenerFixture((request, responder) -> responder.answer(ready, RequestId.of(7)))) {
            for (int round = 0; round < 2; round++) {
                HttpResponse<String> answer = listener.post("/mcp", "{}");

                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("content-type")).contains("application/json");
                assertThat(answer.headers().firstValueAsLong("content-length"))
                        .hasValue(answer.body().length());
                assertThat(answer.body()).isEqualTo(new String(ready.whole(RequestId.of(7)), UTF_8));
            }
        }
    }

    @Test
    void eachEventArrivesWhileTheStreamIsStillOpen() throws Exception {
        CompletableFuture<EventStream> opened = new CompletableFuture<>();
        try (ListenerFixture listener = new ListenerFixture(
                (request, responder) -> opened.complete(responder.stream("Mcp-Session-Id", "s1")))) {
            HttpResponse<java.io.InputStream> answer = listener.open("/mcp", "Accept", "text/event-stream");
            EventStream stream = opened.get(5, TimeUnit.SECONDS);
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), UTF_8))) {
                assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream");
                assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
                assertThat(answer.headers().firstValue("x-accel-buffering")).contains("no");
                assertThat(answer.headers().firstValue("mcp-session-id")).contains("s1");

                stream.event(null, "{\"n\":1}".getBytes(UTF_8));
                assertThat(lines.readLine()).isEqualTo("data: {\"n\":1}");
                assertThat(lines.readLine()).isEmpty();

                stream.event("endpoint", "/message?id=1".getBytes(UTF_8));
                assertThat(lines.readLine()).isEqualTo("event: endpoint");
                assertThat(lines.readLine()).isEqualTo("data: /message?id=1");
                assertThat(lines.readLine()).isEmpty();

                stream.comment("still here");
                assertThat(lines.readLine()).isEqualTo(": still here");
                assertThat(lines.readLine()).isEmpty();

                stream.event(null, "{\r\n\"n\":\n2\r}".getBytes(UTF_8));
                assertThat(lines.readLine()).isEqualTo("data: {");
                assertThat(lines.readLine()).isEqualTo("data: \"n\":");
                assertThat(lines.readLine()).isEqualTo("data: 2");
                assertThat(lines.readLine()).isEqualTo("data: }");
                assertThat(lines.readLine()).isEmpty();

                stream.close();
                assertThat(lines.readLine()).isNull();
            }
        }
    }
}

package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.it.WireClient.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;

/**
 * What has to be true of a way to a server, each shown by a few requests. Most ask the conformance upstream, some the one
 * that observes its clients.
 */
final class Probes {
    private static final String PROGRESS =
            "{'name':'test_tool_with_progress','arguments':{},'_meta':{'progressToken':'p'}}";
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final long STEP_MILLIS = 50;

    private Probes() {}

    static void toolsHaveTheServersNames(URI way, URI server) {
        assertThat(names(way)).isEqualTo(names(server));
    }

    private static Set<String> names(URI endpoint) {
        Exchange listed = WireClient.legacy(endpoint).request("1", "tools/list", "{}");
        Set<String> names = new TreeSet<>(listed.result().path("tools").findValuesAsText("name"));
        assertThat(names).contains("test_simple_text");
        return names;
    }

    static void aForeignHostIsRefused(URI way, URI server) {
        String request =
                "POST " + way.getPath() + " HTTP/1.1\r\nHost: evil.example.com\r\nOrigin: http://evil.example.com\r\n"
                        + "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nConnection: close\r\n";
        String body = Json.request(
                1,
                "initialize",
                Json.of("{'protocolVersion':'2025-11-25','capabilities':{},'clientInfo':{'name':'t','version':'1'}}"));
        try (Socket socket = new Socket(way.getHost(), way.getPort())) {
            socket.setSoTimeout((int) SOON.toMillis());
            socket.getOutputStream()
                    .write((request + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 403".length());
            assertThat(new String(line, StandardCharsets.UTF_8)).startsWith("HTTP/1.1 4");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static void messagesArriveWhenTheyAreSent(URI way, URI server) {
        Exchange exchange = WireClient.legacy(way).request("1", "tools/call", PROGRESS);
        List<Long> times = exchange.times();
        long spread =
                Duration.ofNanos(times.get(times.size() - 1) - times.get(0)).toMillis();
        assertThat(spread)
                .as("ms between the first message and the answer")
                .isGreaterThanOrEqualTo(2 * STEP_MILLIS - STEP_MILLIS / 2);
    }

    static void progressArrivesUnderTheClientsToken(URI way, URI server) {
        Exchange exchange = WireClient.legacy(way).request("1", "tools/call", PROGRESS);
        assertThat(exchange.notifications("notifications/progress"))
                .hasSize(3)
                .allMatch(
                        message -> message.at("/params/progressToken").asText().equals("p"));
    }

    static void theClientIsAskedAndItsAnswerComesBack(URI way, URI server) {
        WireClient client = WireClient.legacy(
                way,
                "{'elicitation':{}}",
                Map.of("elicitation/create", "{'action':'accept','content':{'username':'ada','email':'a@b'}}"));
        Exchange exchange =
                client.request("1", "tools/call", "{'name':'test_elicitation','arguments':{'message':'who?'}}");
        assertThat(exchange.notifications("elicitation/create")).hasSize(1);
        assertThat(exchange.result().toString()).contains("ada").contains("accept");
    }

    static void theServerLearnsWhatTheClientCanDo(URI way, URI server) {
        String greeting =
                "{'role':'assistant','content':{'type':'text','text':'hi'},'model':'m','stopReason':'endTurn'}";
        Exchange exchange = WireClient.legacy(way, "{'sampling':{}}", Map.of("sampling/createMessage", greeting))
                .call("test_input_required_result_capabilities");
        assertThat(exchange.notifications("sampling/createMessage")).hasSize(1);
        assertThat(exchange.notifications("elicitation/create")).isEmpty();
    }

    static void idsKeepTheirType(URI way, URI server) {
        WireClient client = WireClient.legacy(way);
        for (String id : List.of("7", "'7'", "9007199254740991")) {
            assertThat(client.request(id, "tools/list", "{}").last().path("id")).isEqualTo(Json.of(id));
        }
    }

    static void newResultFieldsArrive(URI way, URI server) {
        WireClient client = WireClient.modern(way, "{}");
        JsonNode listed = client.request("1", "tools/list", "{}").result();
        assertThat(listed.path("resultType").asText()).isEqualTo("complete");
        assertThat(listed.path("ttlMs").isIntegralNumber()).isTrue();
        assertThat(listed.path("cacheScope").asText()).isIn("private", "public");
        assertThat(client.call("test_simple_text").result().path("resultType").asText())
                .isEqualTo("complete");
    }

    static void errorsAreTheServersOwn(URI way, URI server) {
        String params = "{'uri':'test://template/none'}";
        JsonNode here = WireClient.modern(way, "{}")
                .request("1", "resources/read", params)
                .last();
        assertThat(here.at("/error/code").intValue()).isEqualTo(-32602);
        assertThat(here.at("/error/data/uri").asText()).isEqualTo("test://template/none");
    }

    static void modernCallsReachAModernServer(URI way, URI server) {
        Exchange exchange = WireClient.modern(way, "{}").call("test_simple_text");
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.result().toString()).contains("simple text response");
    }

    static void aDeletedSessionIsGone(URI way, URI server) {
        WireClient client = WireClient.legacy(way);
        assertThat(client.delete()).isBetween(200, 299);
        assertThat(client.request("1", "tools/list", "{}").status()).isEqualTo(404);
    }

    static void eachClientHasASessionOfItsOwn(URI way, URI observer) {
        WireClient first = WireClient.legacy(way);
        WireClient second = WireClient.legacy(way);
        assertThat(count(first)).isEqualTo("1");
        assertThat(count(second)).isEqualTo("1");
        assertThat(count(first)).isEqualTo("2");
    }

    private static String count(WireClient client) {
        return client.call("count").result().at("/content/0/text").asText();
    }

    static void changesAreHeardOnTheSessionsStream(URI way, URI server) {
        WireClient client = WireClient.legacy(way);
        HttpResponse<InputStream> stream = client.listen(null);
        assertThat(stream.statusCode()).isEqualTo(200);
        // A change may be announced before the way to the server has a stream of its own; one of these is not.
        client.call("test_simple_text");
        for (int i = 0; i < 3; i++) {
            client.call("test_trigger_tool_change");
        }
        Exchange heard = client.read(
                stream, message -> message.path("method").asText().equals("notifications/tools/list_changed"));
        assertThat(heard.notifications("notifications/tools/list_changed")).isNotEmpty();
    }

    static void aBrokenStreamIsResumedAfterItsLastEvent(URI way, URI server) {
        WireClient client = WireClient.legacy(way);
        Exchange first = client.call("test_reconnection");
        assertThat(first.lastEventId()).as("event id of the stream").isNotNull();
        Exchange second = first;
        if (first.result().isMissingNode()) {
            second = client.read(client.listen(first.lastEventId()), message -> message.has("result"));
        }
        assertThat(second.result().toString()).contains("went on");
    }

    static void aSessionCanBeEnded(URI way, URI server) {
        assertThat(WireClient.legacy(way).delete()).isBetween(200, 299);
    }

    /** In the stateless revision a closed stream is a cancelled call, whether anything has come on it or not. */
    static void aClientThatGoesCancelsItsCall(URI way, URI observer) throws IOException {
        int before = observed(observer, "disconnected") + observed(observer, "cancelled");
        int started = observed(observer, "started");
        String body = WireClient.modern(way, "{}").text("1", "tools/call", "{\"name\":\"slow\",\"arguments\":{}}");
        try (Socket socket = new Socket(way.getHost(), way.getPort())) {
            socket.getOutputStream()
                    .write(("POST " + way.getPath()
                                    + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
                                    + "Mcp-Method: tools/call\r\nMcp-Name: slow\r\nContent-Length: " + body.length()
                                    + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            Awaitility.await().atMost(SOON).until(() -> observed(observer, "started") > started);
        }
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(observed(observer, "disconnected") + observed(observer, "cancelled"))
                        .isGreaterThan(before));
    }

    private static int observed(URI observer, String what) {
        try {
            String body = GatewayClient.HTTP
                    .send(
                            java.net.http.HttpRequest.newBuilder(observer.resolve("/observed"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return Json.tree(body).path(what).intValue();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}

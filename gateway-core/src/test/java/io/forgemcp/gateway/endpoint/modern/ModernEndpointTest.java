package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.call;
import static io.forgemcp.gateway.endpoint.modern.ModernHttp.meta;
import static io.forgemcp.gateway.endpoint.modern.ModernHttp.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client of revision 2026-07-28 sees of a gateway in front of a server with sessions. */
class ModernEndpointTest {
    private static final String ELICITATION = meta("{\"elicitation\":{}}");

    private final ManualTimers timers = new ManualTimers();
    private final ScriptedServer server = new ScriptedServer().answer("tools/call", "{\"content\":[]}");
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("s", server).build())
            .virtualServer(VirtualServer.of("one", java.util.List.of(ServiceName.of("s"))))
            .timers(timers)
            .build()
            .start();
    private final McpEndpoint http = gateway.streamableHttp();

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void discoverSaysWhatTheGatewaySpeaksAndCanDo() {
        FakeHttp exchange = request("1", "server/discover", "").to(http);

        assertThat(exchange.status()).isEqualTo(200);
        JsonSlice result = result(exchange);
        assertThat(result.textMember("resultType")).isEqualTo("complete");
        assertThat(result.member("supportedVersions"))
                .hasToString("[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\",\"2025-03-26\",\"2024-11-05\"]");
        assertThat(result.member("capabilities"))
                .hasToString("{\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},"
                        + "\"resources\":{\"listChanged\":true},\"completions\":{},\"logging\":{}}");
        assertThat(result.member("ttlMs")).hasToString("0");
        assertThat(result.textMember("cacheScope")).isEqualTo("private");
        assertThat(result.member("_meta").toString()).contains("io.modelcontextprotocol/serverInfo");
    }

    @ParameterizedTest
    @CsvSource({
        "tools/list,tools,s-tool",
        "prompts/list,prompts,s-hello",
        "resources/list,resources,test://a",
        "resources/templates/list,resourceTemplates,test://t/{x}"
    })
    void listsSayHowLongTheyMayBeKept(String method, String member, String entry) {
        JsonSlice result = result(request("1", method, "").to(http));

        assertThat(result.member(member).toString()).contains(entry);
        assertThat(result.textMember("resultType")).isEqualTo("complete");
        assertThat(result.member("ttlMs")).hasToString("0");
        assertThat(result.textMember("cacheScope")).isEqualTo("private");
    }

    @Test
    void aCallComesBackWithItsIdAndAsACompleteResult() {
        server.answer("tools/call", "{\"content\":[],\"big\":12345678901234567890,\"one\":1.0}");

        FakeHttp exchange =
                call("\"x\\u0031\"", "s-tool", ",\"arguments\":{\"a\":1.50}").to(http);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.answer())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"x\\u0031\",\"result\":{\"resultType\":\"complete\","
                        + "\"content\":[],\"big\":12345678901234567890,\"one\":1.0}}");
        Message sent = server.heard("tools/call").get(0);
        assertThat(sent.text(Field.NAME)).isEqualTo("tool");
        assertThat(sent.get(Field.PARAMS).member("arguments")).hasToString("{\"a\":1.50}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream, application/json", "text/event-stream"})
    void aClientThatNamesEventStreamsFirstIsAnsweredOnOne(String accept) {
        FakeHttp list = request("1", "tools/list", "").with("Accept", accept).to(http);
        list.awaitStreamEnd();

        assertThat(list.status()).isEqualTo(200);
        assertThat(list.events()).singleElement().asString().contains("\"id\":1", "s-tool");
    }

    @Test
    void aRefusalKeepsItsStatusAlsoForAClientThatNamesEventStreamsFirst() {
        FakeHttp refused = request("1", "no/method", "")
                .with("Accept", "text/event-stream, application/json")
                .to(http);

        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.answer()).contains("-32601");
    }

    @Test
    void aResourceIsReadWithCachingRules() {
        server.answer("resources/read", "{\"contents\":[]}");

        FakeHttp exchange = request("1", "resources/read", "\"uri\":\"test://t/9\"")
                .with("Mcp-Name", "test://t/9")
                .to(http);

        assertThat(exchange.answer())
                .contains("\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\",\"contents\":[]");
    }

    @Test
    void anUnknownResourceIsInvalidParamsWithItsUri() {
        gateway.add(ServiceDefinition.java("another", new ScriptedServer()).build());
        gateway.catalog()
                .refresh(ServiceName.of("another"))
                .toCompletableFuture()
                .join();
        FakeHttp exchange = request("1", "resources/read", "\"uri\":\"test://none\"")
                .with("Mcp-Name", "test://none")
                .to(http);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.answer()).contains("\"code\":-32602", "\"uri\":\"test://none\"", "GW-1303");
    }

    @Test
    void completionAsksTheServerUnderItsOwnName() {
        server.answer("completion/complete", "{\"completion\":{\"values\":[\"v\"]}}");

        FakeHttp exchange = request(
                        "1",
                        "completion/complete",
                        "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"s-hello\"},\"argument\":{\"name\":\"n\",\"value\":\"\"}")
                .to(http);

        assertThat(exchange.answer()).contains("\"values\":[\"v\"]", "\"resultType\":\"complete\"");
        assertThat(server.heard("completion/complete").get(0).get(Field.PARAMS).member("ref"))
                .hasToString("{\"type\":\"ref/prompt\",\"name\":\"hello\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "initialize",
                "ping",
                "logging/setLevel",
                "resources/subscribe",
                "resources/unsubscribe",
                "tasks/list",
                "tasks/result",
                "roots/list",
                "no/such"
            })
    void removedAndUnknownMethodsAreNotFound(String method) {
        FakeHttp exchange = request("7", method, "").to(http);

        assertThat(exchange.status()).isEqualTo(404);
        assertThat(exchange.answer()).contains("\"id\":7", "\"code\":-32601");
    }

    @ParameterizedTest
    @CsvSource({
        "Mcp-Method,TOOLS/CALL",
        "Mcp-Method,tools/list",
        "Mcp-Method,",
        "Mcp-Name,s-other",
        "Mcp-Name,S-TOOL",
        "Mcp-Name,",
        "Mcp-Name,=?base64?!!?="
    })
    void aHeaderThatContradictsTheBodyIsRefused(String header, String value) {
        FakeHttp exchange = call("3", "s-tool", "").with(header, value).to(http);

        assertThat(exchange.status()).isEqualTo(400);
        assertThat(exchange.answer()).contains("\"id\":3", "\"code\":-32020", header);
        assertThat(server.heard("tools/call")).isEmpty();
    }

    @Test
    void aNameMayComeInBase64OrWithWhiteSpaceAround() {
        assertThat(call("1", "s-tool", "")
                        .with("Mcp-Name", "=?base64?cy10b29s?=")
                        .to(http)
                        .status())
                .isEqualTo(200);
        assertThat(call("1", "s-tool", "")
                        .with("Mcp-Name", "\t s-tool ")
                        .to(http)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void markedParametersHaveToBeRepeatedAsHeaders() {
        server.tools = "{\"name\":\"tool\",\"inputSchema\":{\"type\":\"object\",\"properties\":"
                + "{\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"}}}}";
        learnAgain();
        String arguments = ",\"arguments\":{\"region\":\"Zürich\"}";

        assertThat(call("1", "s-tool", arguments).to(http).status()).isEqualTo(400);
        assertThat(call("1", "s-tool", arguments)
                        .with("Mcp-Param-Region", "Bern")
                        .to(http)
                        .answer())
                .contains("-32020");
        assertThat(call("1", "s-tool", arguments)
                        .with("Mcp-Param-Region", "=?base64?WsO8cmljaA==?=")
                        .to(http)
                        .status())
                .isEqualTo(200);
        assertThat(call("1", "s-tool", ",\"arguments\":{\"region\":null}")
                        .to(http)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void errorsOfServersPassThroughWithStatus200() {
        answerWithError("{\"code\":-32055,\"message\":\"its own\",\"data\":{\"k\":1.50}}");

        FakeHttp exchange = call("1", "s-tool", "").to(http);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.answer())
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32055,\"message\":\"its own\",\"data\":{\"k\":1.50}}}");
    }

    @ParameterizedTest
    @CsvSource({"-32021,400,-32021", "-32020,200,1502", "-32022,200,1502", "-32002,200,-32602", "-32601,200,-32601"})
    void codesOfTheProtocolItselfAreNotTakenForTheGatewaysOwn(String said, int status, String seen) {
        answerWithError("{\"code\":" + said + ",\"message\":\"m\"}");

        FakeHttp exchange = call("1", "s-tool", "").to(http);

        assertThat(exchange.status()).isEqualTo(status);
        assertThat(exchange.answer()).contains("\"code\":" + seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"input_required", "task", "weird"})
    void whatAServerWithSessionsCallsAKindOfResultIsNoWordOfTheNewerGeneration(String kind) {
        server.answer(
                "tools/call", "{\"resultType\":\"" + kind + "\",\"inputRequests\":{},\"content\":[],\"more\":1.0}");

        assertThat(call("1", "s-tool", "").to(http).answer())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"inputRequests\":{},"
                        + "\"content\":[],\"more\":1.0}}");
    }

    @Test
    void logMessagesComeOnlyWhereTheyWereAskedForAndFromThatLevelOn() {
        server.methods.put("tools/call", (message, way) -> {
            JsonSlice token = message.get(Field.PROGRESS_TOKEN);
            for (String level : new String[] {"debug", "warning", "error"}) {
                way.accept(note("notifications/message", "{\"level\":\"" + level + "\",\"data\":1}"));
            }
            if (token != null) {
                way.accept(note("notifications/progress", "{\"progressToken\":" + token + ",\"progress\":1}"));
            }
            way.accept(ScriptedServer.result(message.requireId(), "{\"content\":[]}"));
        });

        assertThat(call("1", "s-tool", "").to(http).events()).isEmpty();
        FakeHttp told =
                call("1", "s-tool", "", meta("{}") + ",\"progressToken\":\"p\"").to(http);
        assertThat(told.events()).hasSize(2);
        assertThat(told.events().get(0)).contains("notifications/progress", "\"progressToken\":\"p\"");
        assertThat(told.header("X-Accel-Buffering", true)).isEqualTo("no");
    }

    @Test
    void noTaskOfAServersIsMentionedUnderTheServersOwnId() {
        server.methods.put("tools/call", (message, way) -> {
            way.accept(note("notifications/tasks/status", "{\"taskId\":\"srv-1\",\"status\":\"working\"}"));
            way.accept(note(
                    "notifications/progress",
                    "{\"progressToken\":" + message.get(Field.PROGRESS_TOKEN) + ",\"progress\":1,\"_meta\":{\"x\":1,"
                            + "\"io.modelcontextprotocol/related-task\":{\"taskId\":\"srv-1\"}}}"));
            way.accept(ScriptedServer.result(message.requireId(), "{\"content\":[]}"));
        });

        FakeHttp told =
                call("1", "s-tool", "", meta("{}") + ",\"progressToken\":\"p\"").to(http);

        assertThat(told.events()).hasSize(2);
        assertThat(told.events().get(0)).contains("\"progress\":1,\"_meta\":{\"x\":1}}");
    }

    @Test
    void aCallThatTakesLongGetsAStream() {
        server.methods.put("tools/call", (message, way) -> {});
        FakeHttp slow = call("1", "s-tool", "").to(http);

        timers.advance(Duration.ofSeconds(3));

        assertThat(slow.status()).isEqualTo(200);
        assertThat(slow.events()).isEmpty();
        assertThat(slow.streamClosed()).isFalse();
        assertThat(slow.header("Connection", true)).isEqualTo("close");
    }

    @Test
    void aClientThatGoesAwayCancelsItsCall() {
        server.methods.put("tools/call", (message, way) -> {});
        FakeHttp call = call("1", "s-tool", "").to(http);

        call.disconnect();

        assertThat(server.heard("notifications/cancelled")).hasSize(1);
        assertThat(gateway.services().statuses().get(0).inFlight()).isZero();
    }

    @Test
    void aRequestNeedsNoSessionAndKeepsNone() {
        FakeHttp exchange = call("1", "s-tool", "").session("whatever").to(http);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.header("Mcp-Session-Id", true)).isNull();
    }

    @Test
    void anUnknownVirtualServerIsNotFound() {
        FakeHttp exchange = request("1", "tools/list", "").at("none").to(http);

        assertThat(exchange.status()).isEqualTo(404);
        assertThat(exchange.answer()).contains("\"id\":1", "GW-1304");
    }

    @Test
    void aServerIsToldWhatTheClientOfTheCallCanDo() {
        call("1", "s-tool", "", ELICITATION).to(http).answer();
        call("2", "s-tool", "").to(http).answer();
        call("3", "s-tool", "", ELICITATION).to(http).answer();

        // The gateway's own greeting declares more.
        assertThat(server.greetings.stream()
                        .filter(greeting -> greeting.contains("\"capabilities\":{\"elicitation\":{}}")))
                .hasSize(1);
    }

    private void learnAgain() {
        gateway.catalog().refresh(ServiceName.of("s")).toCompletableFuture().join();
    }

    private void answerWithError(String error) {
        server.methods.put(
                "tools/call", (message, way) -> way.accept(ScriptedServer.error(message.requireId(), error)));
    }

    static Message note(String method, String params) {
        return Messages.notification(method, params.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonSlice result(FakeHttp exchange) {
        return Message.parse(exchange.answer().getBytes(StandardCharsets.UTF_8)).get(Field.RESULT);
    }
}

package io.forgemcp.gateway.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.protocol.LogLevel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JavaServerTest {
    private static final Schema TWO_NUMBERS =
            Schema.object().required("a", Schema.number("First")).required("b", Schema.number("Second"));

    private static JavaServer.Builder calculator() {
        return JavaServer.builder("calc", "1.0")
                .tool(
                        "add",
                        "Adds two numbers",
                        TWO_NUMBERS,
                        args -> ToolResponse.json(args.number("a") + args.number("b")));
    }

    @ParameterizedTest
    @CsvSource({
        "2024-11-05, 2024-11-05",
        "2025-03-26, 2025-03-26",
        "2025-06-18, 2025-06-18",
        "2025-11-25, 2025-11-25",
        "2099-01-01, 2025-11-25"
    })
    void theHandshakeAgreesOnTheVersionAskedForOrOnTheNewestKnown(String asked, String agreed) {
        RecordingClient client = new RecordingClient(
                calculator().instructions("Give it numbers.").build());

        JsonNode result = client.result("initialize", "{\"protocolVersion\":\"" + asked + "\"}");

        assertThat(result.path("protocolVersion").asText()).isEqualTo(agreed);
        assertThat(result.at("/serverInfo/name").asText()).isEqualTo("calc");
        assertThat(result.at("/serverInfo/version").asText()).isEqualTo("1.0");
        assertThat(result.path("instructions").asText()).isEqualTo("Give it numbers.");
        assertThat(result.at("/capabilities").has("tools")).isTrue();
        assertThat(result.at("/capabilities").has("prompts")).isFalse();
    }

    @Test
    void toolsAreListedWithEverythingThatWasSaidAboutThem() {
        JavaServer server = JavaServer.builder("s", "1")
                .tool(JavaTool.named("wipe", "Wipes it")
                        .title("Wipe")
                        .input(Schema.parse("{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"string\"}}}"))
                        .output(Schema.object().required("gone", Schema.bool("")))
                        .annotations(ToolAnnotations.DESTRUCTIVE)
                        .handler(args -> ToolResponse.text("")))
                .build();

        JsonNode tool = new RecordingClient(server).result("tools/list", "{}").at("/tools/0");

        assertThat(tool.path("name").asText()).isEqualTo("wipe");
        assertThat(tool.path("title").asText()).isEqualTo("Wipe");
        assertThat(tool.at("/inputSchema/properties/x/type").asText()).isEqualTo("string");
        assertThat(tool.at("/outputSchema/required/0").asText()).isEqualTo("gone");
        assertThat(tool.at("/annotations/destructiveHint").asBoolean()).isTrue();
        assertThat(tool.at("/annotations/readOnlyHint").asBoolean(true)).isFalse();
    }

    @Test
    void aCallRunsTheHandler() {
        assertThat(new RecordingClient(calculator().build()).text("add", "{\"a\":1,\"b\":2.5}"))
                .isEqualTo("3.5");
    }

    @Test
    void wrongArgumentsAreAResultThatNamesEachOfThem() {
        assertThat(new RecordingClient(calculator().build()).failure("add", "{\"a\":\"one\",\"c\":1}"))
                .isEqualTo("Wrong arguments for the tool \"add\": \"b\" is required (a number); "
                        + "\"a\" must be a number, not \"one\"; \"c\" is unknown; known are a, b.");
    }

    @Test
    void argumentsAreCheckedBelowTheTopLevelToo() {
        JavaServer server = JavaServer.builder("s", "1")
                .tool(
                        "t",
                        "T",
                        Schema.object()
                                .required(
                                        "edits",
                                        Schema.array(
                                                "",
                                                Schema.object()
                                                        .required("kind", Schema.oneOf("", "add", "cut"))
                                                        .optional(
                                                                "n",
                                                                Schema.integer("")
                                                                        .between(1, 3)))),
                        args -> ToolResponse.text("ok"))
                .build();
        RecordingClient client = new RecordingClient(server);

        assertThat(client.failure("t", "{\"edits\":[{\"kind\":\"add\"},{\"kind\":\"mix\",\"n\":4}]}"))
                .contains("\"edits[1].kind\" must be one of \"add\", \"cut\", not \"mix\"")
                .contains("\"edits[1].n\" must be at most 3, not 4");
        assertThat(client.text("t", "{\"edits\":[{\"kind\":\"add\",\"n\":2.0},{\"kind\":\"cut\",\"n\":null}]}"))
                .isEqualTo("ok");
    }

    @Test
    void whatAHandlerThrowsIsAResultThatTheModelCanRead() {
        JavaServer server = JavaServer.builder("s", "1")
                .tool("refuse", "R", Schema.object(), args -> {
                    throw new ToolFailure("The moon is closed. Try Mars.");
                })
                .tool("break", "B", Schema.object(), args -> {
                    throw new java.io.IOException("disk full");
                })
                .tool("recurse", "R", Schema.object(), args -> {
                    throw new StackOverflowError();
                })
                .tool(JavaTool.named("later", "L")
                        .async((args, call) -> CompletableFuture.failedFuture(new ToolFailure("Later did not work."))))
                .build();
        RecordingClient client = new RecordingClient(server);

        assertThat(client.failure("refuse", "{}")).isEqualTo("The moon is closed. Try Mars.");
        assertThat(client.failure("break", "{}")).isEqualTo("The tool \"break\" failed: IOException: disk full");
        assertThat(client.failure("recurse", "{}")).contains("StackOverflowError");
        assertThat(client.failure("later", "{}")).isEqualTo("Later did not work.");
    }

    @Test
    void unknownMethodsToolsAndCursorsAreErrorsOfTheProtocol() {
        RecordingClient client = new RecordingClient(calculator().build());

        assertThat(client.ask("tools/destroy", "{}").at("/error/code").asInt()).isEqualTo(-32601);
        assertThat(client.ask("tools/call", "{\"name\":\"sub\"}")
                        .at("/error/message")
                        .asText())
                .isEqualTo("The server \"calc\" has no tool \"sub\". It has add.");
        assertThat(client.ask("tools/call", "{}").at("/error/code").asInt()).isEqualTo(-32602);
        assertThat(client.ask("tools/call", "{\"name\":\"add\",\"arguments\":[]}")
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32602);
        assertThat(client.ask("tools/list", "{\"cursor\":\"x\"}")
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32602);
        assertThat(client.ask("tools/call", "{\"name\":\"add\",\"arguments\":{\"a\":" + "9".repeat(2000) + "}}")
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32602);
        assertThat(client.ask("initialize", "{}").at("/error/code").asInt()).isEqualTo(-32602);
    }

    @Test
    void pingIsAnsweredWithAnEmptyResult() {
        assertThat(new RecordingClient(calculator().build()).result("ping", "{}"))
                .isEmpty();
    }

    @Test
    void stringIdsComeBackAsStrings() {
        RecordingClient client = new RecordingClient(calculator().build());

        client.send("{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"ping\"}");

        assertThat(client.next().get("id").isTextual()).isTrue();
    }

    @Test
    void aCancelledCallSeesItAndIsNotAnswered() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        JavaServer server = calculator()
                .tool(JavaTool.named("wait", "Waits").handler((args, call) -> {
                    call.onCancel(cancelled::countDown);
                    started.countDown();
                    cancelled.await(10, TimeUnit.SECONDS);
                    assertThat(call.isCancelled()).isTrue();
                    ended.countDown();
                    return ToolResponse.text("too late");
                }))
                .build();
        RecordingClient client = new RecordingClient(server);
        client.send("{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"tools/call\",\"params\":{\"name\":\"wait\"}}");
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();

        client.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":77}}");

        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        // The next answer is the next call's: nothing came for 77.
        assertThat(client.text("add", "{\"a\":1,\"b\":1}")).isEqualTo("2");
    }

    @Test
    void closingTheConversationCancelsWhatRuns() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        CompletableFuture<ToolResponse> never = new CompletableFuture<>();
        JavaServer server = JavaServer.builder("s", "1")
                .tool(JavaTool.named("wait", "Waits").async((args, call) -> {
                    call.onCancel(cancelled::countDown);
                    return never;
                }))
                .build();
        RecordingClient client = new RecordingClient(server);
        client.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"wait\"}}");

        client.close();
        never.complete(ToolResponse.text("late"));

        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(client.hasNothing()).isTrue();
    }

    @Test
    void progressGoesToTheCallersTokenAndOnlyForwards() {
        JavaServer server = JavaServer.builder("s", "1")
                .tool(JavaTool.named("work", "Works").handler((args, call) -> {
                    call.progress(1, 3.0, "one");
                    call.progress(1, 3.0, "one again");
                    call.progress(2, null, null);
                    return ToolResponse.text("done");
                }))
                .build();
        RecordingClient client = new RecordingClient(server);

        client.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"work\","
                + "\"_meta\":{\"progressToken\":\"tok\"}}}");

        JsonNode first = client.next();
        assertThat(first.path("method").asText()).isEqualTo("notifications/progress");
        assertThat(first.at("/params/progressToken").asText()).isEqualTo("tok");
        assertThat(first.at("/params/message").asText()).isEqualTo("one");
        assertThat(client.next().at("/params/progress").asDouble()).isEqualTo(2.0);
        assertThat(client.next().at("/result/content/0/text").asText()).isEqualTo("done");
    }

    @Test
    void aBusyIdIsRefused() {
        CompletableFuture<ToolResponse> answer = new CompletableFuture<>();
        JavaServer server = JavaServer.builder("s", "1")
                .tool(JavaTool.named("wait", "Waits").async((args, call) -> answer))
                .build();
        RecordingClient client = new RecordingClient(server);
        String request = "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"wait\"}}";

        client.send(request);
        client.send(request);

        assertThat(client.next().at("/error/code").asInt()).isEqualTo(-32600);
        answer.complete(ToolResponse.text("ok"));
        assertThat(client.next().at("/result/content/0/text").asText()).isEqualTo("ok");
    }

    @Test
    void logMessagesBelowTheClientsLevelAreNotSent() {
        JavaServer server = JavaServer.builder("s", "1")
                .tool(JavaTool.named("talk", "Talks").handler((args, call) -> {
                    call.log(LogLevel.INFO, "small talk");
                    call.log(LogLevel.ERROR, "fire");
                    return ToolResponse.text("said");
                }))
                .build();
        RecordingClient client = new RecordingClient(server);
        client.result("logging/setLevel", "{\"level\":\"warning\"}");

        client.send("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/call\",\"params\":{\"name\":\"talk\"}}");

        assertThat(client.next().at("/params/data").asText()).isEqualTo("fire");
        assertThat(client.next().has("result")).isTrue();
        assertThat(client.ask("logging/setLevel", "{\"level\":\"loud\"}")
                        .at("/error/message")
                        .asText())
                .contains("\"loud\" is not a log level");
    }

    @Test
    void blockingHandlersLeaveTheCallersThreadAndInlineOnesDoNot() {
        AtomicReference<Thread> blocking = new AtomicReference<>();
        AtomicReference<Thread> inline = new AtomicReference<>();
        JavaServer server = JavaServer.builder("s", "1")
                .tool(JavaTool.named("blocking", "B").handler(args -> {
                    blocking.set(Thread.currentThread());
                    return ToolResponse.text("");
                }))
                .tool(JavaTool.named("inline", "I").inline().handler(args -> {
                    inline.set(Thread.currentThread());
                    return ToolResponse.text("");
                }))
                .build();
        RecordingClient client = new RecordingClient(server);

        client.call("blocking", "{}");
        client.call("inline", "{}");

        assertThat(blocking.get()).isNotSameAs(Thread.currentThread());
        assertThat(inline.get()).isSameAs(Thread.currentThread());
    }

    @Test
    void promptsAreListedRenderedAndChecked() {
        JavaServer server = JavaServer.builder("s", "1")
                .prompt(JavaPrompt.of(
                        "greet",
                        "Greets",
                        List.of(new JavaPrompt.Argument("who", "Whom", true)),
                        given -> "Hello " + given.get("who")))
                .completion((reference, argument, typed) -> List.of(reference + ":" + argument + ":" + typed))
                .build();
        RecordingClient client = new RecordingClient(server);

        assertThat(client.result("prompts/list", "{}")
                        .at("/prompts/0/arguments/0/required")
                        .asBoolean())
                .isTrue();
        assertThat(client.result("prompts/get", "{\"name\":\"greet\",\"arguments\":{\"who\":\"Ann\"}}")
                        .at("/messages/0/content/text")
                        .asText())
                .isEqualTo("Hello Ann");
        assertThat(client.ask("prompts/get", "{\"name\":\"greet\"}")
                        .at("/error/message")
                        .asText())
                .isEqualTo("The prompt \"greet\" needs the argument \"who\".");
        assertThat(client.result(
                                "completion/complete",
                                "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"greet\"},"
                                        + "\"argument\":{\"name\":\"who\",\"value\":\"A\"}}")
                        .at("/completion/values/0")
                        .asText())
                .isEqualTo("greet:who:A");
    }

    @Test
    void resourcesAreReadByUriAndByTemplate() {
        JavaServer server = JavaServer.builder("s", "1")
                .resource(new JavaResource(
                        "info://logo",
                        "logo",
                        "The logo",
                        "image/png",
                        variables -> JavaResource.Content.binary(new byte[] {1, 2})))
                .resource(new JavaResource(
                        "notes://{folder}/{note}",
                        "note",
                        "A note",
                        "text/plain",
                        variables ->
                                JavaResource.Content.text(variables.get("folder") + " / " + variables.get("note"))))
                .build();
        RecordingClient client = new RecordingClient(server);

        assertThat(client.result("resources/list", "{}").path("resources")).hasSize(1);
        assertThat(client.result("resources/templates/list", "{}")
                        .at("/resourceTemplates/0/uriTemplate")
                        .asText())
                .isEqualTo("notes://{folder}/{note}");
        assertThat(client.result("resources/read", "{\"uri\":\"info://logo\"}")
                        .at("/contents/0/blob")
                        .asText())
                .isEqualTo("AQI=");
        assertThat(client.result("resources/read", "{\"uri\":\"notes://a%20b/c+d\"}")
                        .at("/contents/0/text")
                        .asText())
                .isEqualTo("a b / c+d");
        assertThat(client.ask("resources/read", "{\"uri\":\"notes://only\"}")
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32002);
    }

    @Test
    void twoToolsOfOneNameAreRefused() {
        assertThatThrownBy(() -> calculator().tool("add", "Again", TWO_NUMBERS, args -> ToolResponse.text("")))
                .hasMessageContaining("already has a tool \"add\"");
    }

    @Test
    void aSchemaThatIsNoObjectIsRefusedAtOnce() {
        assertThatThrownBy(() -> JavaServer.builder("s", "1")
                        .tool("t", "T", "{\"type\":\"string\"}", args -> ToolResponse.text("")))
                .hasMessageContaining("must have \"type\": \"object\"");
        assertThatThrownBy(() -> Schema.parse("{oops")).hasMessageContaining("not JSON");
        assertThatThrownBy(() -> Schema.parse("[]")).hasMessageContaining("is a JSON object");
    }

    @Test
    void answersAndNotificationsFromTheClientDisturbNothing() {
        AtomicBoolean answered = new AtomicBoolean();
        InProcessServer.Conversation conversation = calculator().build().open(message -> answered.set(true));

        conversation.receive(io.forgemcp.gateway.protocol.Message.parse(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        conversation.receive(io.forgemcp.gateway.protocol.Messages.notification("notifications/initialized", null));

        assertThat(answered).isFalse();
    }
}

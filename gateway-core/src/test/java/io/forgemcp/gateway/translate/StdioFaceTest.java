package io.forgemcp.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.lifecycle.RemoteRuntime;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.transport.TransportSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client on pipes, the stdio face, and a bridge in this process as the server behind it: everything but the network. */
class StdioFaceTest {
    private static final ServiceDefinition THERE = ServiceDefinition.of(
                    "gateway",
                    RuntimeChoice.REMOTE,
                    new Launch.Remote(URI.create("http://127.0.0.1/"), Map.of()),
                    WireProtocol.STREAMABLE_HTTP)
            .build();

    private final Bridged bridged = new Bridged();
    private final FakeChildren children = bridged.children;
    private final ManualTimers timers = new ManualTimers();
    private final Output output = new Output();
    private PipedOutputStream input;
    private StdioFace face;
    private CompletableFuture<Void> done;

    /** What the face writes, readable while it is being written. */
    private static final class Output extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int b) {
            bytes.write(b);
        }

        @Override
        public synchronized void write(byte[] source, int from, int length) {
            bytes.write(source, from, length);
        }

        synchronized List<String> lines() {
            String text = bytes.toString(StandardCharsets.UTF_8);
            return text.isEmpty() ? List.of() : List.of(text.split("\n"));
        }
    }

    @BeforeEach
    void start() throws IOException {
        input = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(input, 4 << 20);
        face = new StdioFace(
                THERE,
                new RemoteRuntime(),
                new EndpointTransport(bridged.bridge.streamableHttp(), null),
                timers,
                in,
                output);
        done = face.start().toCompletableFuture();
    }

    @AfterEach
    void stop() {
        face.close();
        bridged.bridge.close();
    }

    private void say(String json) throws IOException {
        input.write((json.replace('\'', '"') + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    private String line(int index) {
        await().until(() -> output.lines().size() > index);
        return output.lines().get(index);
    }

    private void shakeHands() throws IOException {
        say(Bridged.INITIALIZE);
        assertThat(line(0)).contains("serverInfo").contains("\"id\":1");
        say("{'jsonrpc':'2.0','method':'notifications/initialized'}");
        await().until(() -> children.last().methods().contains("notifications/initialized"));
    }

    private void heard(String method) {
        await().until(() -> children.last().methods().contains(method));
    }

    @Test
    void aCallGoesThereAndItsAnswerComesBackAsALine() throws Exception {
        shakeHands();
        say(Bridged.request("'uuid-1'", "tools/call", "'name':'t'"));
        heard("tools/call");
        children.last().answer("{'n':1.0}");
        assertThat(line(1)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"uuid-1\",\"result\":{\"n\":1.0}}");
    }

    @Test
    void aLineThatIsNoMessageIsRefusedUnderItsIdIfThatCanBeReadAndTheNextOneServed() throws Exception {
        shakeHands();
        say("{'jsonrpc':'2.0','id':5}");
        assertThat(line(1)).contains("\"id\":5,").contains("\"code\":-32600");
        say("hello");
        assertThat(line(2)).contains("\"id\":null,").contains("\"code\":-32700");
        say("{'jsonrpc':'2.0','id':1.5,'method':'ping'}");
        assertThat(line(3)).contains("\"id\":null,").contains("\"code\":-32600", "integer");
        say(Bridged.request("6", "tools/call", "'name':'t'"));
        heard("tools/call");
        children.last().answer("{'n':1}");
        assertThat(line(4)).contains("\"id\":6,", "result");
    }

    @Test
    void batchesAreRefusedWhereTheSessionHasNoneAndAnEmptyOneEverywhere() throws Exception {
        say("[" + Bridged.request("2", "tools/call", "'name':'t'") + "]");
        assertThat(line(0)).contains("\"id\":null,", "-32600", "Batches belong to sessions of MCP 2025-03-26.");
        say(Bridged.INITIALIZE);
        assertThat(line(1)).contains("serverInfo");
        say("[" + Bridged.request("2", "tools/call", "'name':'t'") + "]");
        assertThat(line(2)).contains("\"id\":null,", "-32600", "this one speaks 2025-11-25");
        say("[]");
        assertThat(line(3)).contains("\"id\":null,", "-32600");
        assertThat(children.last().methods()).doesNotContain("tools/call");
    }

    @Test
    void batchesOfTheRevisionThatHasThemAreServedAndEmptyOnesRefused() throws Exception {
        children.slow = true;
        say(Bridged.INITIALIZE.replace("2025-06-18", "2025-03-26"));
        heard("initialize");
        children.last().answer("{'protocolVersion':'2025-03-26','serverInfo':{}}");
        assertThat(line(0)).contains("serverInfo");
        say("[" + Bridged.request("2", "tools/call", "'name':'t'") + "]");
        heard("tools/call");
        children.last().answer("{}");
        assertThat(line(1)).contains("\"id\":2", "result");
        say("[]");
        assertThat(line(2)).contains("\"id\":null,", "-32600", "This batch is empty.");
    }

    @Test
    void aLineThatIsAnotherJsonValueIsRefusedWithoutAWordAboutBatches() throws Exception {
        int index = 0;
        for (String value : List.of("'x'", "5", "null")) {
            say(value);
            assertThat(line(index)).contains("-32600", "one object.").doesNotContain("atch");
            index++;
        }
    }

    @Test
    void aLineThatIsTooLongIsRefused() throws Exception {
        shakeHands();
        byte[] megabyte = new byte[1 << 20];
        Arrays.fill(megabyte, (byte) ' ');
        int most = TransportSettings.DEFAULT.maxMessageBytes();
        for (int i = 0; i <= most / megabyte.length; i++) {
            input.write(megabyte);
        }
        input.write('\n');
        input.flush();
        assertThat(line(1)).contains("\"id\":null,").contains("longer than " + most + " bytes");
        input.write(
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"m\",\"params\":{\"a\":\"".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i <= most / megabyte.length; i++) {
            input.write(megabyte);
        }
        input.flush();
        assertThat(line(2)).contains("\"id\":7,").contains("longer than " + most + " bytes");
    }

    @Test
    void aClientThatSaysEverythingAtOnceIsAnsweredInOrder() throws Exception {
        say(Bridged.INITIALIZE + "\n{'jsonrpc':'2.0','method':'notifications/initialized'}\n"
                + Bridged.request("2", "tools/call", ""));
        input.close();
        await().until(() -> !children.all.isEmpty());
        heard("tools/call");
        children.last().answer("{}");
        await().until(done::isDone);
        assertThat(line(0)).contains("serverInfo");
        assertThat(line(1)).contains("\"id\":2");
    }

    @Test
    void progressAndRequestsOfTheServerComeAndAnswersGo() throws Exception {
        shakeHands();
        say("{'jsonrpc':'2.0','id':2,'method':'tools/call','params':{'_meta':{'progressToken':9}}}");
        heard("tools/call");
        children.last().say("{'jsonrpc':'2.0','method':'notifications/progress','params':{'progressToken':9}}");
        children.last().say("{'jsonrpc':'2.0','id':0,'method':'elicitation/create','params':{}}");
        assertThat(line(1)).contains("progress");
        assertThat(line(2)).contains("elicitation/create");
        say("{'jsonrpc':'2.0','id':0,'result':{'action':'accept'}}");
        heard("answer");
        children.last().say("{'jsonrpc':'2.0','id':2,'result':{}}");
        assertThat(line(3)).contains("\"id\":2");
    }

    @Test
    void whatComesUnaskedComes() throws Exception {
        shakeHands();
        children.last().say("{'jsonrpc':'2.0','method':'notifications/tools/list_changed'}");
        assertThat(line(1)).contains("list_changed");
    }

    @Test
    void whenTheClientClosesItsEndItStillGetsItsAnswers() throws Exception {
        shakeHands();
        say(Bridged.request("2", "tools/call", ""));
        heard("tools/call");
        input.close();
        await().until(() -> timers.waiting() > 0);
        assertThat(done).isNotDone();
        children.last().answer("{}");
        assertThat(line(1)).contains("\"id\":2");
        await().until(done::isDone);
        face.close();
        assertThat(bridged.bridge.health().sessions())
                .as("the session is ended, too")
                .isZero();
    }

    @Test
    void butNotForEver() throws Exception {
        shakeHands();
        say(Bridged.request("2", "tools/call", ""));
        heard("tools/call");
        input.close();
        await().until(() -> timers.waiting() > 0);
        timers.advance(Duration.ofSeconds(10));
        assertThat(done).isDone();
    }

    @Test
    void aSessionThatTheServerForgetsIsBegunAnewAndNothingIsLost() throws Exception {
        shakeHands();
        FakeChildren.FakeChild before = children.last();
        bridged.pass(Duration.ofDays(1));
        before.die();
        for (int i = 0; i < 5; i++) {
            bridged.pass(Duration.ofSeconds(5));
            if (children.alive() > 0) {
                children.last().die();
            }
        }
        await().until(() -> bridged.bridge.health().sessions() == 0);
        say(Bridged.request("2", "tools/call", ""));
        await().until(() -> children.alive() == 1 && children.last().methods().contains("tools/call"));
        assertThat(children.last().methods()).containsExactly("initialize", "notifications/initialized", "tools/call");
        children.last().answer("{'again':1}");
        assertThat(line(1)).contains("again").contains("\"id\":2");
    }

    @Test
    void anErrorKeepsTheIdOfItsRequest() throws Exception {
        say(Bridged.request("'early'", "tools/list", ""));
        assertThat(line(0)).contains("\"id\":\"early\"").contains("GW-1101");
    }

    @Test
    void aRequestThatStandsForItselfGoesWithItsHeadersAndIsCancelledByItsEnd() throws Exception {
        say("{'jsonrpc':'2.0','id':'m','method':'tools/call','params':{'name':'é','_meta':{"
                + "'io.modelcontextprotocol/protocolVersion':'2026-07-28',"
                + "'io.modelcontextprotocol/clientCapabilities':{}}}}");
        heard("tools/call");
        assertThat(output.lines()).isEmpty();
        say("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':'m'}}");
        heard("notifications/cancelled");
        Message cancelled = children.last().received.get(1);
        assertThat(cancelled.get(Message.Field.CANCELLED_ID))
                .hasToString(children.last().lastRequest().requireId().json());
    }

    @Test
    void aCallThatItsClientCancelsIsNotAnswered() throws Exception {
        shakeHands();
        say(Bridged.request("2", "tools/call", ""));
        heard("tools/call");
        say("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':2}}");
        heard("notifications/cancelled");
        say(Bridged.request("3", "tools/list", ""));
        heard("tools/list");
        children.last().answer("{}");
        assertThat(line(1)).contains("\"id\":3").doesNotContain("GW-");
        assertThat(output.lines()).hasSize(2);
    }

    @Test
    void nobodyWaitsForACancelledCallWhenTheClientClosesItsEnd() throws Exception {
        shakeHands();
        say(Bridged.request("2", "tools/call", ""));
        heard("tools/call");
        say("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':2}}");
        input.close();
        await().until(done::isDone);
        assertThat(output.lines()).hasSize(1);
    }

    @Test
    void argumentsThatAToolWantsRepeatedGoAsHeaders() throws Exception {
        String meta = "'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28',"
                + "'io.modelcontextprotocol/clientCapabilities':{}}";
        say(Bridged.request("1", "tools/list", meta));
        heard("tools/list");
        children.last()
                .answer("{'tools':[{'name':'t','inputSchema':{'type':'object','properties':{'region':"
                        + "{'type':'string','x-mcp-header':'Region'}}}}]}");
        assertThat(line(0)).contains("Region");
        // The bridge behind the face has learnt the same and would refuse a call without the header.
        say(Bridged.request("2", "tools/call", "'name':'t','arguments':{'region':'eu'}," + meta));
        heard("tools/call");
        children.last().answer("{'ok':1}");
        assertThat(line(1)).contains("ok");
    }

    @Test
    void whateverTheClientWritesTheNextCallIsAnswered() throws Exception {
        shakeHands();
        long seed = Long.parseLong(System.getenv().getOrDefault("FORGE_TEST_SEED", Long.toString(System.nanoTime())));
        Random random = new Random(seed);
        byte[] sound = Bridged.request("5", "tools/call", "'name':'t'")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 500; i++) {
            byte[] line = sound.clone();
            line[random.nextInt(line.length)] = (byte) random.nextInt(256);
            line[random.nextInt(line.length)] = (byte) random.nextInt(256);
            input.write(line);
            input.write('\n');
        }
        say(Bridged.request("'last'", "tools/call", "'name':'t'"));
        await().untilAsserted(() -> assertThat(children.last().received)
                .as("seed %d", seed)
                .anyMatch(message ->
                        message.isRequest() && message.requireId().json().equals("\"last\"")));
        children.last().say("{'jsonrpc':'2.0','id':'last','result':{}}");
        await().untilAsserted(() -> assertThat(output.lines())
                .as("seed %d", seed)
                .anyMatch(line -> line.contains("\"last\"") && line.contains("result")));
    }

    @Test
    void aMegabyteAndLinesThatAreNoMessagesAreNoTrouble() throws Exception {
        shakeHands();
        say("");
        say("this is no message");
        assertThat(line(1)).contains("-32700");
        String big = "x".repeat(1 << 20);
        say(Bridged.request("2", "tools/call", "'big':'" + big + "'"));
        heard("tools/call");
        children.last().answer("{'big':'" + big + "'}");
        assertThat(line(2)).hasSizeGreaterThan(1 << 20).endsWith("}");
    }
}

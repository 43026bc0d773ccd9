package io.forgemcp.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StdioTransportTest {
    private static final long SEED = Long.getLong("forge.seed", System.nanoTime());
    private static final String RESULT = "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}";

    private static final TransportSettings SMALL =
            new TransportSettings(20_000, 20_000, Duration.ofSeconds(1), Duration.ofSeconds(1));

    private final RecordingReceiver listener = new RecordingReceiver();
    private final RecordingReceiver receiver = new RecordingReceiver();
    private final List<UpstreamChannel> channels = new ArrayList<>();

    @AfterEach
    void close() {
        channels.forEach(UpstreamChannel::close);
    }

    private UpstreamChannel open(OutputStream input, InputStream output, TransportSettings settings) {
        UpstreamChannel channel = new StdioTransport(settings)
                .open("svc", new InstanceAddress.Stdio(input, output), listener)
                .toCompletableFuture()
                .join();
        channels.add(channel);
        return channel;
    }

    private void read(String output) {
        open(
                OutputStream.nullOutputStream(),
                new ByteArrayInputStream(output.getBytes(StandardCharsets.UTF_8)),
                TransportSettings.DEFAULT);
        listener.failure();
    }

    private static InputStream input(String output) {
        return new ByteArrayInputStream(output.getBytes(StandardCharsets.UTF_8));
    }

    private static Outgoing request(long id, String rest) {
        return Outgoing.request(
                ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"m\"" + rest + "}")
                        .getBytes(StandardCharsets.UTF_8),
                "m",
                id);
    }

    @Test
    void whatIsNotAMessageIsPassedOver() {
        read("Server started\n" + RESULT + "\r\n\n{\"half\":\n[1]\n{\"no\":\"rpc\"}\n\u0000\u0001\n" + RESULT + "\n");

        assertThat(listener.messages).containsExactly(RESULT, RESULT);
    }

    @Test
    void aBatchIsItsMessages() {
        read("[" + RESULT + "," + RESULT.replace('5', '6') + "]\n");

        assertThat(listener.messages).containsExactly(RESULT, RESULT.replace('5', '6'));
    }

    @Test
    void whatIsBrokenInABatchDoesNotSpoilTheRest() {
        String broken = RESULT.replace("\"result\":{}", "\"error\":\"no\"");
        read("[" + broken + "," + RESULT + "]\n");

        assertThat(listener.messages).containsExactly(RESULT);
        assertThat(listener.unreadable).containsExactly("INVALID_REQUEST " + broken);
    }

    @Test
    void whatAClientCouldDoNothingWithIsNoMessageOfAServer() {
        String result = RESULT.replace("{}", "null");
        String progress = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progress\":1}}";
        read(result + "\n" + progress + "\n");

        assertThat(listener.messages).isEmpty();
        assertThat(listener.unreadable).containsExactly("INVALID_REQUEST " + result, "INVALID_REQUEST " + progress);
    }

    @Test
    void aLastLineWithoutALineBreakCounts() {
        read(RESULT);

        assertThat(listener.messages).containsExactly(RESULT);
    }

    @Test
    void aLineBeyondTheLimitIsDroppedAndTheNextOnesAreRead() {
        String output = "x".repeat(100_000) + "\n" + RESULT + "\n" + "y".repeat(19_000) + RESULT + "\n" + RESULT + "\n";
        open(OutputStream.nullOutputStream(), input(output), SMALL);
        listener.failure();

        assertThat(listener.messages).containsExactly(RESULT, RESULT);
    }

    @Test
    void ofALineBeyondTheLimitItIsToldWhoseItIsWhereverItsIdStands() {
        String large = "{\"content\":[{\"text\":\"" + "x\\\"}]".repeat(10_000) + "\"}]}";
        String before = "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":" + large + "}";
        String behind = "{\"result\":" + large + ",\"jsonrpc\":\"2.0\",\"id\":\"a\\\"}\"}\r";
        String text = "{\"result\":\"" + "y".repeat(50_000) + "\",\"id\":6}";
        open(OutputStream.nullOutputStream(), input(before + "\n" + behind + "\n" + text + "\n" + RESULT), SMALL);
        listener.failure();

        assertThat(listener.messages).containsExactly(RESULT);
        assertThat(listener.unreadable.stream().map(String::strip))
                .containsExactly(
                        "BODY_TOO_LARGE {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}",
                        "BODY_TOO_LARGE {\"result\":{},\"jsonrpc\":\"2.0\",\"id\":\"a\\\"}\"}",
                        "BODY_TOO_LARGE {\"result\":\"\",\"id\":6}");
    }

    @Test
    void whoWritesALineWithoutEndIsToldBeforeItEnds() throws Exception {
        try (PipedOutputStream output = new PipedOutputStream()) {
            open(OutputStream.nullOutputStream(), new PipedInputStream(output, 64 << 10), SMALL);
            output.write("{\"id\":5,\"result\":[".getBytes(StandardCharsets.US_ASCII));
            output.write(" ".repeat(30_000).getBytes(StandardCharsets.US_ASCII));
            output.flush();

            await().until(() -> !listener.unreadable.isEmpty());
            assertThat(listener.unreadable).containsExactly("BODY_TOO_LARGE {\"id\":5,\"result\":[]}");
        }
    }

    @Test
    void aMessageMayTakeAQuarterOfTheHeapAtMost() {
        assertThat(TransportSettings.largestMessage(120L << 20)).isEqualTo(30 << 20);
        assertThat(TransportSettings.largestMessage(8L << 30)).isEqualTo(64 << 20);
        assertThat(TransportSettings.DEFAULT.maxMessageBytes()).isLessThanOrEqualTo((int)
                Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 4));
    }

    @Test
    void aLineBeyondTheLimitThatIsNoMessageIsNobodys() {
        String garbage = "x".repeat(50_000);
        String wide = "{" + "\"a\":1,".repeat(10_000) + "\"id\":5}";
        String deep = "{\"id\":5".repeat(10_000);
        open(OutputStream.nullOutputStream(), input(garbage + "\n" + wide + "\n" + deep), SMALL);
        listener.failure();

        assertThat(listener.unreadable)
                .containsExactly("BODY_TOO_LARGE ", "BODY_TOO_LARGE ", "BODY_TOO_LARGE {\"id\":5{}}");
    }

    @Test
    void messagesOfAnySizeSurviveReadsOfAnySize() {
        Random random = new Random(SEED);
        List<String> sent = IntStream.range(0, 300)
                .mapToObj(i -> "{\"jsonrpc\":\"2.0\",\"id\":" + i + ",\"result\":{\"text\":\""
                        + "\u00e4".repeat(random.nextInt(10) == 0 ? random.nextInt(60_000) : random.nextInt(50))
                        + "\"}}")
                .collect(Collectors.toList());
        InputStream whole = new ByteArrayInputStream((String.join("\n", sent) + "\n").getBytes(StandardCharsets.UTF_8));
        InputStream piecemeal = new InputStream() {
            @Override
            public int read() throws IOException {
                return whole.read();
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return whole.read(target, offset, Math.min(length, 1 + random.nextInt(20_000)));
            }
        };
        open(OutputStream.nullOutputStream(), piecemeal, TransportSettings.DEFAULT);
        listener.failure();

        assertThat(listener.messages).as("seed %d", SEED).isEqualTo(sent);
    }

    @Test
    void theEndOfTheOutputIsTheEndOfTheConversation() {
        read("");

        assertThat(listener.failure()).hasMessageContaining("\"svc\"").hasMessageContaining("closed its output");
        await().untilAsserted(() -> {
            RecordingReceiver late = new RecordingReceiver();
            channels.get(0).send(request(1, ""), late);
            assertThat(late.end).isCompletedExceptionally();
        });
    }

    @Test
    void aMessageIsOneLine() throws Exception {
        PipedInputStream far = new PipedInputStream(1 << 16);
        UpstreamChannel channel = open(new PipedOutputStream(far), new NothingYet(), TransportSettings.DEFAULT);
        channel.send(request(1, ",\r\n\"params\":{\n\"a\":\"\\n\"}"), receiver);

        assertThat(new BufferedReader(new InputStreamReader(far, StandardCharsets.UTF_8)).readLine())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",  \"params\":{ \"a\":\"\\n\"}}");
    }

    @Test
    void aFrozenServerNeverHoldsUpTheCallerAndGetsEverythingInOrderOnceItWakes() throws Exception {
        FrozenPipe pipe = new FrozenPipe(8_192);
        UpstreamChannel channel = open(pipe.input, new NothingYet(), TransportSettings.DEFAULT);
        String filler = ",\"params\":{\"x\":\"" + "y".repeat(900) + "\"}";
        for (int i = 0; i < 1_000; i++) {
            channel.send(request(i, filler), receiver);
        }

        BufferedReader reader = new BufferedReader(new InputStreamReader(pipe.far, StandardCharsets.UTF_8));
        for (int i = 0; i < 1_000; i++) {
            assertThat(Message.parse(reader.readLine().getBytes(StandardCharsets.UTF_8))
                            .numericId())
                    .isEqualTo(i);
        }
        assertThat(receiver.end).isNotDone();
    }

    @Test
    void whatAFrozenServerHasNotReadIsBoundedAndRefusedAsNotSent() throws Exception {
        TransportSettings small = new TransportSettings(20_000, 20_000, Duration.ofSeconds(1), Duration.ofSeconds(1));
        FrozenPipe pipe = new FrozenPipe(4_096);
        UpstreamChannel channel = open(pipe.input, new NothingYet(), small);
        String filler = ",\"params\":{\"x\":\"" + "y".repeat(900) + "\"}";
        for (int i = 0; i < 100; i++) {
            channel.send(request(i, filler), receiver);
        }

        assertThat(receiver.failure().code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        assertThat(receiver.failure()).hasMessageContaining("does not read");
    }

    @Test
    void thatAMessageWasNotWrittenIsKnownBeforeItIsKnownHowTheServerEnded() throws Exception {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        AtomicBoolean unsent = new AtomicBoolean();
        UpstreamChannel channel = new StdioTransport(TransportSettings.DEFAULT, Duration.ofHours(1))
                .open("echo", new InstanceAddress.Stdio(broken, new NothingYet()), listener)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        channel.send(request(1, ""), new UpstreamChannel.Receiver() {
            @Override
            public void onMessage(Message message) {}

            @Override
            public void onUnsent() {
                unsent.set(true);
            }

            @Override
            public void onEnd() {}

            @Override
            public void onFailure(GatewayException failure) {}
        });
        channel.close();

        assertThat(unsent).isTrue();
    }

    @Test
    void closingEndsTheServersInputWithoutWaitingForAFrozenServer() throws Exception {
        FrozenPipe pipe = new FrozenPipe(4_096);
        UpstreamChannel channel = open(pipe.input, new NothingYet(), TransportSettings.DEFAULT);
        for (int i = 0; i < 100; i++) {
            channel.send(request(i, ",\"params\":{\"x\":\"" + "y".repeat(900) + "\"}"), receiver);
        }
        channel.close();

        assertThat(receiver.failure().code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        assertThat(listener.end).isNotDone();
    }

    @Test
    void repeatedCallsToAServerThatAnswersNeedNoOtherThread() throws Exception {
        List<String> writers = new ArrayList<>();
        PipedOutputStream answers = new PipedOutputStream();
        OutputStream input = new OutputStream() {
            @Override
            public void write(int b) {}

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                writers.add(Thread.currentThread().getName());
                long id = Message.parse(Arrays.copyOf(bytes, length)).numericId();
                answers.write(
                        ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}\n").getBytes(StandardCharsets.UTF_8));
                answers.flush();
            }
        };
        UpstreamChannel channel = open(input, new PipedInputStream(answers), TransportSettings.DEFAULT);
        for (int i = 0; i < 50; i++) {
            int expected = i + 1;
            channel.send(request(i, ",\"params\":{\"x\":\"" + "y".repeat(900) + "\"}"), receiver);
            await().pollInterval(Duration.ofMillis(1)).until(() -> listener.messages.size() == expected);
        }

        assertThat(writers).hasSize(50).containsOnly(Thread.currentThread().getName());
        answers.close();
    }

    /** A pipe whose far end is not read until the test does. */
    private static final class FrozenPipe {
        final PipedInputStream far;
        final PipedOutputStream input;

        FrozenPipe(int room) throws IOException {
            far = new PipedInputStream(room);
            input = new PipedOutputStream(far);
        }
    }

    /** Nothing to read, and no end either, until it is closed. */
    private static final class NothingYet extends InputStream {
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public int read() throws IOException {
            try {
                closed.await();
            } catch (InterruptedException interrupted) {
                throw new IOException(interrupted);
            }
            return -1;
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}

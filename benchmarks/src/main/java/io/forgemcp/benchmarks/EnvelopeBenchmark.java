package io.forgemcp.benchmarks;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the gateway does to the bytes of one call: reading the envelope, and putting other ids into it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EnvelopeBenchmark {
    /** Length of the argument text. */
    @Param({"64", "1048576"})
    public int size;

    private byte[] request = {};
    private Message message =
            Message.parse("{\"jsonrpc\":\"2.0\",\"method\":\"none\"}".getBytes(StandardCharsets.UTF_8));
    private final byte[] id = RequestId.of(123_456).toBytes();
    private final byte[] name = "\"echo\"".getBytes(StandardCharsets.US_ASCII);

    @Setup
    public void prepare() {
        request = ("{\"jsonrpc\":\"2.0\",\"id\":17,\"method\":\"tools/call\",\"params\":{\"name\":\"server-echo\","
                        + "\"arguments\":{\"text\":\"" + "x".repeat(size) + "\"},\"_meta\":{\"progressToken\":17}}}")
                .getBytes(StandardCharsets.UTF_8);
        message = Message.parse(request);
    }

    @Benchmark
    public Message parse() {
        return Message.parse(request);
    }

    @Benchmark
    public byte[] splice() {
        return message.edit()
                .set(Message.Field.ID, id)
                .set(Message.Field.NAME, name)
                .set(Message.Field.PROGRESS_TOKEN, id)
                .toBytes();
    }
}

package io.forgemcp.gateway.upstream;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.transport.InProcessTransport;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.JdkHttpExchanger;
import io.forgemcp.gateway.transport.StdioTransport;
import io.forgemcp.gateway.transport.StreamableHttpTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * What one call costs this side, in processor time, with the server in a process of its own. Run it by hand: {@code java
 * -cp target/classes:target/test-classes:... io.forgemcp.gateway.upstream.UpstreamsCost [calls] [concurrency]}. Only
 * ratios inside one run mean anything on a shared machine.
 */
final class UpstreamsCost {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final Message REQUEST = Message.parse(EchoServer.text(
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":{\"message\":\""
                    + "x".repeat(64) + "\"}}}"));

    private UpstreamsCost() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("stdio")) {
            serveStdio();
        } else if (args.length > 0 && args[0].equals("http")) {
            EchoHttpServer server = new EchoHttpServer(false);
            System.out.println(server.uri());
            while (System.in.read() >= 0) {
                // until the parent is gone
            }
            server.close();
        } else {
            measure(
                    args.length > 0 ? Integer.parseInt(args[0]) : 40_000,
                    args.length > 1 ? Integer.parseInt(args[1]) : 16);
        }
    }

    private static void serveStdio() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            for (byte[] answer : EchoServer.answer(Message.parse(line.getBytes(StandardCharsets.UTF_8)))) {
                out.write(answer);
                out.write('\n');
            }
            if (!in.ready()) {
                out.flush();
            }
        }
    }

    private static Process child(String mode) throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        UpstreamsCost.class.getName(),
                        mode)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void measure(int calls, int concurrency) throws Exception {
        Process stdio = child("stdio");
        Process http = child("http");
        String url =
                new BufferedReader(new InputStreamReader(http.getInputStream(), StandardCharsets.UTF_8)).readLine();
        SystemTimers timers = new SystemTimers();
        JdkHttpExchanger exchanger = new JdkHttpExchanger();
        try (Upstreams upstreams = new Upstreams(
                List.of(new StdioTransport(), new StreamableHttpTransport(exchanger, timers), new InProcessTransport()),
                UpstreamSettings.DEFAULT,
                timers,
                new NoMetrics(),
                (service, client, notification) -> {})) {
            UpstreamTarget inProcess = target(1, new InstanceAddress.InProcess(UpstreamsCost::echo));
            UpstreamTarget overStdio =
                    target(2, new InstanceAddress.Stdio(stdio.getOutputStream(), stdio.getInputStream()));
            UpstreamTarget overHttp =
                    target(3, new InstanceAddress.Http(URI.create(url), Map.of(), WireProtocol.STREAMABLE_HTTP));
            for (int round = 0; round < 5; round++) {
                report("in process", upstreams, inProcess, calls * 10, 1);
                report("stdio, 1 at a time", upstreams, overStdio, calls / 4, 1);
                report("stdio", upstreams, overStdio, calls, concurrency);
                report("http, 1 at a time", upstreams, overHttp, calls / 4, 1);
                report("http", upstreams, overHttp, calls, concurrency);
            }
        } finally {
            exchanger.close();
            timers.close();
            stdio.destroy();
            http.destroy();
        }
    }

    private static InProcessServer.Conversation echo(Consumer<Message> toClient) {
        return new InProcessServer.Conversation() {
            @Override
            public void receive(Message message) {
                EchoServer.answer(message).forEach(answer -> toClient.accept(Message.parse(answer)));
            }

            @Override
            public void close() {}
        };
    }

    private static UpstreamTarget target(int number, InstanceAddress address) {
        ServiceDefinition service = ServiceDefinition.stdio("echo", "unused")
                .isolation(Isolation.SHARED)
                .build();
        return new UpstreamTarget(service, new InstanceId(service.name(), number), address);
    }

    private static void report(String what, Upstreams upstreams, UpstreamTarget target, int calls, int concurrency)
            throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        long allocatedBefore = threads.getThreadAllocatedBytes(self);
        long cpuBefore = SYSTEM.getProcessCpuTime();
        long before = System.nanoTime();
        Semaphore room = new Semaphore(concurrency);
        CountDownLatch left = new CountDownLatch(calls);
        CallListener listener = new CallListener() {
            @Override
            public void onAnswer(Message answer) {
                room.release();
                left.countDown();
            }

            @Override
            public void onFailure(GatewayException failure) {
                failure.printStackTrace();
                System.exit(1);
            }
        };
        UpstreamRequest request = new UpstreamRequest(REQUEST, null, Duration.ofSeconds(30));
        for (int i = 0; i < calls; i++) {
            room.acquire();
            upstreams.send(target, ClientProfile.GATEWAY, request, listener);
        }
        left.await();
        System.out.printf(
                Locale.ROOT,
                "%-20s %8.1f us cpu/call %8.1f us wall/call %7d bytes/call on the caller's thread%n",
                what,
                (SYSTEM.getProcessCpuTime() - cpuBefore) / 1_000.0 / calls,
                (System.nanoTime() - before) / 1_000.0 / calls,
                (threads.getThreadAllocatedBytes(self) - allocatedBefore) / calls);
    }
}

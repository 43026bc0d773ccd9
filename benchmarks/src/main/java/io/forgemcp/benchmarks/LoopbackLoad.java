package io.forgemcp.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.server.GatewayServer;
import io.forgemcp.server.ServerSettings;
import io.forgemcp.server.client.JettyHttpExchanger;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.StringRequestContent;

/**
 * What one hop costs, from this repository alone: the same calls go straight to an MCP server and through a gateway in
 * front of it, in turn, inside one process; the difference in processor time is the hop. Every answer is checked. For
 * anybody's machine; figures to quote come from a load generator in a process of its own.
 */
public final class LoopbackLoad {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final HttpClient client;
    private final URI target;
    private final String tool;

    private LoopbackLoad(HttpClient client, URI target, String tool) {
        this.client = client;
        this.target = target;
        this.tool = tool;
    }

    /** @param arguments seconds for each measurement, 5 by default; then rounds, 3 by default */
    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        HttpClient client = new HttpClient();
        client.start();
        try (Gateway upstream = Gateway.builder()
                        .service(ServiceDefinition.java("echo", echo()).build())
                        .build()
                        .start();
                GatewayServer upstreamServer = GatewayServer.start(upstream, anyPort());
                Gateway gateway = Gateway.builder()
                        .httpExchanger(new JettyHttpExchanger())
                        .service(ServiceDefinition.http("up", mcp(upstreamServer))
                                .build())
                        .build()
                        .start();
                GatewayServer server = GatewayServer.start(gateway, anyPort())) {
            gateway.catalog()
                    .refresh(gateway.services().statuses().get(0).name())
                    .toCompletableFuture()
                    .join();
            LoopbackLoad direct = new LoopbackLoad(client, mcp(upstreamServer), "echo-echo");
            LoopbackLoad through = new LoopbackLoad(client, mcp(server), "up-echo-echo");
            System.out.println("warming up");
            direct.run(16, 2 * seconds);
            through.run(16, 2 * seconds);
            System.out.printf(
                    "%-6s %-8s %12s %10s %10s %14s%n",
                    "calls", "path", "requests/s", "p50 us", "p99 us", "CPU us/request");
            for (int round = 0; round < rounds; round++) {
                for (int concurrency : new int[] {1, 16}) {
                    double base = direct.report("direct", concurrency, seconds);
                    double hop = through.report("gateway", concurrency, seconds) - base;
                    System.out.printf("%-6d %-8s %47.0f%n", concurrency, "hop", hop);
                }
            }
        } finally {
            client.stop();
        }
    }

    private static JavaServer echo() {
        return JavaServer.builder("echo", "1")
                .tool(
                        "echo",
                        "Answers with its text",
                        Schema.object().required("text", Schema.string("Any text")),
                        arguments -> ToolResponse.text(arguments.string("text")))
                .build();
    }

    private static ServerSettings anyPort() {
        return ServerSettings.defaults().withAddress("127.0.0.1", 0);
    }

    private static URI mcp(GatewayServer server) {
        return server.uri().resolve("/mcp");
    }

    /** @return processor time of the whole process for one request, in microseconds */
    private double report(String path, int concurrency, int seconds) throws InterruptedException {
        long before = SYSTEM.getProcessCpuTime();
        long[] latencies = run(concurrency, seconds);
        double cpu = (SYSTEM.getProcessCpuTime() - before) / 1_000.0 / latencies.length;
        Arrays.sort(latencies);
        System.out.printf(
                "%-6d %-8s %12.0f %10.0f %10.0f %14.0f%n",
                concurrency,
                path,
                latencies.length / (double) seconds,
                latencies[latencies.length / 2] / 1_000.0,
                latencies[(int) (latencies.length * 0.99)] / 1_000.0,
                cpu);
        return cpu;
    }

    /** Calls for so many seconds with so many clients. @return the time of every call, in nanoseconds */
    private long[] run(int concurrency, int seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long[][] latencies = new long[concurrency][];
        Thread[] clients = new Thread[concurrency];
        AtomicLong unique = new AtomicLong();
        for (int i = 0; i < concurrency; i++) {
            int slot = i;
            clients[i] = new Thread(() -> latencies[slot] = callUntil(end, unique), "load-" + i);
            clients[i].start();
        }
        for (Thread thread : clients) {
            thread.join();
        }
        return Arrays.stream(latencies).flatMapToLong(Arrays::stream).toArray();
    }

    private long[] callUntil(long end, AtomicLong unique) {
        long[] times = new long[1024];
        int count = 0;
        while (System.nanoTime() < end) {
            String text = "text " + unique.incrementAndGet();
            long begin = System.nanoTime();
            String answer = call(text);
            if (!answer.contains('"' + text + '"')) {
                throw new IllegalStateException("Wrong answer to " + text + ": " + answer);
            }
            if (count == times.length) {
                times = Arrays.copyOf(times, count * 2);
            }
            times[count++] = System.nanoTime() - begin;
        }
        return Arrays.copyOf(times, count);
    }

    private String call(String text) {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\",\"arguments\":{\"text\":\"" + text + "\"}}}";
        try {
            return client.POST(target)
                    .headers(headers -> headers.add("Accept", "application/json"))
                    .body(new StringRequestContent("application/json", body))
                    .send()
                    .getContentAsString();
        } catch (Exception failure) {
            throw new IllegalStateException("A call failed", failure);
        }
    }
}

package io.forgemcp.benchmarks;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.forgemcp.docker.DockerRuntime;
import io.forgemcp.docker.DockerSettings;
import io.forgemcp.docker.SleepOffer;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.GatewayBuilder;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.service.WireProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * What sleeping costs and saves: 18 containers of real MCP servers from npm behind a gateway, put to sleep to every depth
 * that this host offers and woken by a call, the depths in turn so that a busy moment hits all alike; then the whole set
 * asleep, measured, and woken at once. Every answer is checked. Run by {@code make bench-wake}.
 */
public final class WakeBench {
    private static final long MIB = 1 << 20;
    private static final String IMAGE = "forge-mcp-test/servers";
    private static final String MODULES = "/srv/node_modules/@modelcontextprotocol/";

    /** A server of npm, and a call that it answers without side effect. */
    private enum Server {
        EVERYTHING("server-everything/dist/index.js", "echo", Map.of("message", "hello"), "hello"),
        MEMORY("server-memory/dist/index.js", "read_graph", Map.of(), "entities"),
        THINKING(
                "server-sequential-thinking/dist/index.js",
                "sequentialthinking",
                Map.of("thought", "t", "nextThoughtNeeded", false, "thoughtNumber", 1, "totalThoughts", 1),
                "thoughtNumber");

        private final String file;
        private final String tool;
        private final Map<String, ?> arguments;
        private final String expected;

        Server(String file, String tool, Map<String, ?> arguments, String expected) {
            this.file = file;
            this.tool = tool;
            this.arguments = arguments;
            this.expected = expected;
        }
    }

    private record Sleeper(ServiceName name, Server server) {}

    /** What one depth did, in milliseconds. */
    private record Row(List<Double> wakes, List<Double> falls) {}

    private final ChosenDepth runtime;
    private final Gateway gateway;
    private final List<Sleeper> sleepers;

    private WakeBench(ChosenDepth runtime, Gateway gateway, List<Sleeper> sleepers) {
        this.runtime = runtime;
        this.gateway = gateway;
        this.sleepers = sleepers;
    }

    /** @param arguments services, 18 by default; then wakes a row, 36 by default; then processor cores of each, 1 */
    public static void main(String[] arguments) {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        int services = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 18;
        int wakes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 36;
        double cores = arguments.length > 2 ? Double.parseDouble(arguments[2]) : 1;
        SleepOffer offer = SleepOffer.ask(System.getenv("DOCKER_HOST"));
        print(
                "host: %d cores, load %.1f, Docker %s, cgroup v%d, swap: %s (%d MB free), Java %s",
                Runtime.getRuntime().availableProcessors(),
                java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                        .getSystemLoadAverage(),
                offer.host().engineVersion(),
                offer.host().cgroupVersion(),
                offer.swapKind(),
                offer.freeSwapBytes() / MIB,
                Runtime.version());
        print("%d containers of 192 MB and %.1f cores; not offered here: %s", services, cores, offer.withheld());

        ChosenDepth runtime = new ChosenDepth(new DockerRuntime(
                DockerSettings.of("bench-" + UUID.randomUUID()).withPullMissing(false)));
        List<Sleeper> sleepers = new ArrayList<>();
        GatewayBuilder builder = Gateway.builder().runtime(runtime);
        for (int i = 0; i < services; i++) {
            Server server = Server.values()[i % Server.values().length];
            Sleeper sleeper = new Sleeper(ServiceName.of(server.name().toLowerCase(Locale.ROOT) + i), server);
            sleepers.add(sleeper);
            builder.service(definition(sleeper, cores));
        }
        try (Gateway gateway = builder.build().start()) {
            WakeBench bench = new WakeBench(runtime, gateway, sleepers);
            bench.run(List.copyOf(offer.offered()), wakes);
        }
    }

    private static ServiceDefinition definition(Sleeper sleeper, double cores) {
        List<String> command = List.of("node", MODULES + sleeper.server().file);
        Map<String, String> environment =
                sleeper.server() == Server.MEMORY ? Map.of("MEMORY_FILE_PATH", "/tmp/memory.jsonl") : Map.of();
        return ServiceDefinition.of(
                        sleeper.name().value(),
                        RuntimeChoice.DOCKER,
                        new Launch.Command(IMAGE, command, environment, List.of(), null, 0, "/mcp"),
                        WireProtocol.STDIO)
                .resources(new Resources(192 * MIB, cores, null, null, 288 * MIB, 40))
                .sleepPolicy(SleepPolicy.NEVER)
                .build();
    }

    private void run(List<SleepDepth> depths, int wakes) {
        long started = System.nanoTime();
        sleepers.forEach(this::call);
        print("all started and called once: %.0f s", seconds(started));
        sleepers.forEach(this::call);
        long awake = trueMemory();
        double idle = cpuShare();
        print("awake: %d MB of RAM, %.2f %% of a core", awake / MIB, idle * 100);

        print("");
        print(
                "%-8s %10s %8s %8s | %s",
                "the set", "true RAM", "kept", "CPU", "18 woken at once, ms: median / last, 3 times");
        for (SleepDepth depth : depths) {
            set(depth, awake);
        }
        print("");
        print(
                "%-8s %5s %7s %7s %7s %6s %6s %6s | %s",
                "wake ms", "n", "p50", "p95", "max", "<50", "<200", "<500", "falling asleep p50");
        rows(depths, wakes).forEach(WakeBench::print);
    }

    private void set(SleepDepth depth, long awake) {
        runtime.choose(depth);
        StringBuilder bursts = new StringBuilder();
        long kept = 0;
        double processor = 0;
        for (int round = 0; round < 3; round++) {
            sleepers.forEach(this::sleep);
            if (round == 0) {
                kept = trueMemory();
                processor = cpuShare();
            }
            List<Double> times = atOnce();
            bursts.append(String.format(Locale.ROOT, "%.0f / %.0f   ", percentile(times, 0.5), percentile(times, 1)));
        }
        print(
                "%-8s %7d MB %6.0f %% %6.3f %% | %s",
                name(depth), kept / MIB, 100.0 * kept / awake, processor * 100, bursts);
    }

    private List<Double> atOnce() {
        List<CompletableFuture<Double>> calls = new ArrayList<>();
        long start = System.nanoTime();
        for (Sleeper sleeper : sleepers) {
            calls.add(gateway.call(tool(sleeper), sleeper.server().arguments)
                    .toCompletableFuture()
                    .thenApply(result -> {
                        check(sleeper, result.text());
                        return (System.nanoTime() - start) / 1e6;
                    }));
        }
        return calls.stream().map(CompletableFuture::join).toList();
    }

    private Map<SleepDepth, Row> rows(List<SleepDepth> depths, int wakes) {
        Map<SleepDepth, Row> rows = new LinkedHashMap<>();
        depths.forEach(depth -> rows.put(depth, new Row(new ArrayList<>(), new ArrayList<>())));
        for (int i = 0; i < wakes; i++) {
            for (SleepDepth depth : depths) {
                // Each depth meets each service as often as every other, in another order.
                Sleeper sleeper = sleepers.get((i + depth.ordinal() * 5) % sleepers.size());
                Row row = Objects.requireNonNull(rows.get(depth));
                runtime.choose(depth);
                long falling = System.nanoTime();
                sleep(sleeper);
                row.falls().add((System.nanoTime() - falling) / 1e6);
                long woken = System.nanoTime();
                call(sleeper);
                row.wakes().add((System.nanoTime() - woken) / 1e6);
            }
        }
        return rows;
    }

    private static void print(SleepDepth depth, Row row) {
        List<Double> wakes = row.wakes();
        print(
                "%-8s %5d %7.0f %7.0f %7.0f %6d %6d %6d | %.0f",
                name(depth),
                wakes.size(),
                percentile(wakes, 0.5),
                percentile(wakes, 0.95),
                percentile(wakes, 1),
                wakes.stream().filter(ms -> ms < 50).count(),
                wakes.stream().filter(ms -> ms < 200).count(),
                wakes.stream().filter(ms -> ms < 500).count(),
                percentile(row.falls(), 0.5));
    }

    private void sleep(Sleeper sleeper) {
        gateway.services()
                .sleep(sleeper.name(), Force.YES)
                .toCompletableFuture()
                .join();
    }

    private void call(Sleeper sleeper) {
        check(
                sleeper,
                gateway.call(tool(sleeper), sleeper.server().arguments)
                        .toCompletableFuture()
                        .join()
                        .text());
    }

    private static void check(Sleeper sleeper, String answer) {
        if (!answer.contains(sleeper.server().expected)) {
            throw new IllegalStateException(sleeper.name() + " answered " + answer);
        }
    }

    private static String tool(Sleeper sleeper) {
        return sleeper.name() + "-" + sleeper.server().tool;
    }

    private long trueMemory() {
        return runtime.usages().stream()
                .mapToLong(Instance.Usage::trueMemoryBytes)
                .sum();
    }

    /** Of one core, over some seconds, by all containers together. */
    private double cpuShare() {
        long before =
                runtime.usages().stream().mapToLong(Instance.Usage::cpuNanos).sum();
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(5);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        long after =
                runtime.usages().stream().mapToLong(Instance.Usage::cpuNanos).sum();
        return (double) (after - before) / (System.nanoTime() - start);
    }

    private static double percentile(List<Double> values, double share) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static String name(SleepDepth depth) {
        return depth.name().toLowerCase(Locale.ROOT);
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}

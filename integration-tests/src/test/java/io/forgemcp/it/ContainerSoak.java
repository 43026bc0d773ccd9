package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random calls while somebody sends the services to sleep, wakes and stops them and others break their containers: every
 * call must end once, with its own answer or with an error that what was done explains, and at the end everything must
 * work and nothing be left over. {@code make soak} runs it for ten minutes. What is random comes from one seed, which is
 * printed; the threads still take turns as they like. Not among the tests of every build: its name keeps it out.
 */
@Tag("docker")
@Timeout(1200)
class ContainerSoak {
    private static final int SERVICES = setting("FORGE_SOAK_SERVICES", 18);
    private static final int SECONDS = setting("FORGE_SOAK_SECONDS", 600);
    private static final long SEED = Long.parseLong(
            System.getenv().getOrDefault("FORGE_SOAK_SEED", Long.toString(System.nanoTime() & 0xffffff)));
    static final int WAKE_TIMEOUT_SECONDS = 25;
    private static final int CALLERS = 8;
    private static final int ACTORS = 2;
    private static final int CALL_PAUSE_MS = 60;
    private static final int ACT_PAUSE_MS = 500;
    private static final List<String> DEPTHS = List.of("freeze", "stop", "auto", "shallow", "deep");

    /** Threads and open files that pools may have more than after the first calls. A leak grows with every action. */
    private static final int SLACK = 24;

    private final SoakTally tally = new SoakTally();
    private final AtomicLong tokens = new AtomicLong(100_000_000);
    private final Map<String, SoakServer> servers = new LinkedHashMap<>();

    private static int setting(String name, int fallback) {
        return Integer.parseInt(System.getenv().getOrDefault(name, Integer.toString(fallback)));
    }

    @Test
    void randomCallsSleepsWakesAndKillsLoseNoAnswerAndLeaveNothingBehind() throws Exception {
        needAnEngineWithTheImage();
        System.out.printf("soak: %d services, %d s, FORGE_SOAK_SEED=%d%n", SERVICES, SECONDS, SEED);
        Path directory = configure();
        SoakGateway gateway = SoakGateway.start(directory);
        try (gateway) {
            everyServiceAnswers(gateway, Duration.ofMinutes(1));
            SoakGateway.Held before = gateway.held();
            long networks = gateway.networks();

            run(gateway);

            everyServiceAnswers(gateway, Duration.ofMinutes(2));
            everyServiceIsInALegalState(gateway);
            assertThat(gateway.networks()).as("networks").isLessThanOrEqualTo(networks);
            nothingLeaked(gateway, before);
        } finally {
            System.out.print(tally.report());
            tally.violations().forEach(System.out::println);
        }
        assertThat(gateway.containers()).as("containers after the end").isEmpty();
        assertThat(gateway.networks()).as("networks after the end").isZero();
        assertThat(tally.violations()).isEmpty();
        assertThat(tally.counted("calls answered")).isPositive();
    }

    /** Where everything must be there, a test that cannot run has failed. */
    private static void needAnEngineWithTheImage() throws Exception {
        if (!"true".equals(System.getenv("CI"))) {
            boolean there;
            try {
                there = SoakGateway.docker("image", "inspect", "forge-mcp-test/servers")
                                .status()
                        == 0;
            } catch (IOException noDocker) {
                there = false;
            }
            assumeTrue(there, "no Docker engine with the image of scripts/test-image.sh");
        }
    }

    /** In the build directory, so that the gateway's log is there afterwards. */
    private Path configure() throws IOException {
        Path directory = Files.createTempDirectory(
                Files.createDirectories(Checkout.module().resolve("target/soak")), "run");
        Path config = Files.createDirectory(directory.resolve("config"));
        StringBuilder services = new StringBuilder("services:\n");
        SoakServer[] kinds = SoakServer.values();
        for (int i = 0; i < SERVICES; i++) {
            SoakServer server = kinds[i % kinds.length];
            String name = "s" + i;
            servers.put(name, server);
            services.append(server.entry(name, DEPTHS.get((i + i / kinds.length) % DEPTHS.size())));
        }
        Files.writeString(config.resolve("services.yml"), services);
        Files.writeString(
                config.resolve("sleep_settings.yml"),
                "sleep_settings: {sleep_check_interval: 1s, wake_timeout: " + WAKE_TIMEOUT_SECONDS + "s}\n");
        return directory;
    }

    private void run(SoakGateway gateway) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<String> names = List.copyOf(servers.keySet());
        List<Callable<Void>> all = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            Random random = new Random(SEED + i);
            all.add(() -> {
                try (SoakCaller caller = new SoakCaller(gateway, tally, tokens)) {
                    while (System.nanoTime() < end) {
                        String name = names.get(random.nextInt(names.size()));
                        caller.call(name, servers.get(name), random);
                        pause(random, CALL_PAUSE_MS);
                    }
                }
                return null;
            });
        }
        for (int i = 0; i < ACTORS; i++) {
            Random random = new Random(SEED - 1 - i);
            SoakActor actor = new SoakActor(gateway, tally, names, random);
            all.add(() -> {
                while (System.nanoTime() < end) {
                    actor.act();
                    pause(random, ACT_PAUSE_MS);
                }
                return null;
            });
        }
        ExecutorService workers = Executors.newFixedThreadPool(all.size());
        try {
            for (Future<Void> done : workers.invokeAll(all)) {
                done.get();
            }
        } finally {
            workers.shutdownNow();
        }
    }

    /** Real time: the load is random in time too, and nothing is waited for. */
    private static void pause(Random random, int atMostMs) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(atMostMs)));
    }

    /** All at once; an error on the way there is one like any other. */
    private void everyServiceAnswers(SoakGateway gateway, Duration patience) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(CALLERS);
        try {
            List<Callable<Void>> calls = new ArrayList<>();
            servers.forEach((name, server) -> calls.add(() -> {
                try (SoakCaller caller = new SoakCaller(gateway, tally, tokens)) {
                    Random random = new Random(SEED);
                    Awaitility.await(name + " answers").atMost(patience).until(() -> caller.call(name, server, random));
                }
                return null;
            }));
            for (Future<Void> call : workers.invokeAll(calls)) {
                call.get();
            }
        } finally {
            workers.shutdownNow();
        }
    }

    private void everyServiceIsInALegalState(SoakGateway gateway) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Map<String, List<String>> containers = new LinkedHashMap<>();
            for (SoakGateway.Container container : gateway.containers()) {
                containers
                        .computeIfAbsent(container.service(), key -> new ArrayList<>())
                        .add(container.state());
            }
            for (JsonNode service : gateway.services()) {
                if (!servers.containsKey(service.path("name").asText())) {
                    continue; // one that the gateway brings along
                }
                String state = service.path("state").asText();
                List<String> has = containers.getOrDefault(service.path("name").asText(), List.of());
                assertThat(service.path("inFlight").asInt())
                        .as("calls of " + service)
                        .isZero();
                switch (state) {
                    case "running" -> assertThat(has).as(service.toString()).isEqualTo(List.of("running"));
                    case "sleeping" -> assertThat(has).as(service.toString()).isIn(List.of(), List.of("paused"));
                    default -> assertThat(state).as(service.toString()).isEqualTo("stopped");
                }
            }
        });
    }

    private static void nothingLeaked(SoakGateway gateway, SoakGateway.Held before) throws Exception {
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> {
                        SoakGateway.Held now = gateway.held();
                        assertThat(now.threadCount())
                                .as("threads before %s, after %s", before.threads(), now.threads())
                                .isLessThanOrEqualTo(before.threadCount() + SLACK);
                        assertThat(now.fileCount())
                                .as("open files before %s, after %s", before.files(), now.files())
                                .isLessThanOrEqualTo(before.fileCount() + SLACK);
                    });
        } finally {
            SoakGateway.Held after = gateway.held();
            Map<String, Long> more = new TreeMap<>(after.threads());
            before.threads().forEach((name, count) -> more.merge(name, -count, Long::sum));
            more.values().removeIf(count -> count <= 0);
            System.out.println("soak: threads that are more than before: " + more);
            System.out.printf(
                    "soak: threads %d before, %d after; open files %d before, %d after; %d containers%n",
                    before.threadCount(),
                    after.threadCount(),
                    before.fileCount(),
                    after.fileCount(),
                    gateway.containers().size());
        }
    }
}

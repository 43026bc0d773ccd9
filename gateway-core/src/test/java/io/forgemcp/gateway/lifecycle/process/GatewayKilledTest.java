package io.forgemcp.gateway.lifecycle.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.lifecycle.LifecycleSettings;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.SystemPolicy;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.upstream.ClientKey;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway in a JVM of its own, with a running, a frozen, a stubborn and a fertile child, ended in several ways. */
class GatewayKilledTest {
    @ParameterizedTest
    @ValueSource(strings = {"KILL", "TERM", "HUP"})
    void noChildOutlivesTheGateway(String signal) throws Exception {
        // Whoever runs this under nohup hands down that HUP is ignored, and Java keeps to that.
        Process gateway = new ProcessBuilder(
                        "env",
                        "--default-signal=HUP",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Doomed.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<Long> pids = new ArrayList<>();
        try (BufferedReader output = gateway.inputReader()) {
            for (String line = output.readLine(); !"ready".equals(line); line = output.readLine()) {
                assertThat(line).as("the gateway went on").isNotNull();
                if (line.startsWith("pid ")) {
                    pids.add(Long.parseLong(line.substring(4)));
                }
            }
            gateway.children()
                    .map(ProcessHandle::pid)
                    .filter(pid -> !pids.contains(pid))
                    .forEach(pids::add);
            assertThat(pids).hasSize(6).allMatch(pid -> ProcessHandle.of(pid).isPresent());

            new ProcessBuilder("kill", "-s", signal, Long.toString(gateway.pid()))
                    .start()
                    .waitFor();

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(pids)
                            .noneMatch(pid -> ProcessHandle.of(pid)
                                    .filter(ProcessHandle::isAlive)
                                    .isPresent()));
        } finally {
            gateway.destroyForcibly();
            pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        }
    }

    /** Starts its children, says their process ids and waits for the end. */
    static final class Doomed {
        public static void main(String[] arguments) throws Exception {
            SystemTimers timers = new SystemTimers();
            ServiceManager manager = new ServiceManager(
                    List.of(new ProcessRuntime(timers)),
                    LifecycleSettings.defaults(),
                    SystemPolicy.NONE,
                    timers,
                    new EventBus(),
                    new NoMetrics());
            run(manager, "plain", "sh", "-c", "echo pid $$; exec cat");
            run(manager, "frozen", "sh", "-c", "echo pid $$; exec cat");
            manager.sleep(ServiceName.of("frozen"), Force.YES)
                    .toCompletableFuture()
                    .join();
            // Ignores everything that can be ignored, and so does its child.
            run(
                    manager,
                    "stubborn",
                    "sh",
                    "-c",
                    "trap '' TERM HUP INT; echo pid $$; while :; do sleep 1000 & wait; done");
            run(manager, "fertile", "sh", "-c", "setsid sleep 1000 & echo pid $!; read forever");
            System.out.println("ready");
            Thread.currentThread().join();
        }

        private static void run(ServiceManager manager, String name, String... command) throws Exception {
            manager.register(ServiceDefinition.stdio(name, command).build());
            try (Lease lease = manager.acquire(ServiceName.of(name), ClientKey.GATEWAY, Duration.ofSeconds(30))
                    .toCompletableFuture()
                    .join()) {
                InstanceAddress.Stdio stdio =
                        (InstanceAddress.Stdio) lease.target().address();
                System.out.println(
                        new BufferedReader(new InputStreamReader(stdio.output(), StandardCharsets.UTF_8)).readLine());
            }
        }
    }
}

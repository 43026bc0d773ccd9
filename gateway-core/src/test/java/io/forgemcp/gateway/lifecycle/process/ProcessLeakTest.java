package io.forgemcp.gateway.lifecycle.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.lifecycle.LifecycleSettings;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.lifecycle.SystemPolicy;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProcessLeakTest {
    private static final ServiceName CAT = ServiceName.of("cat");
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void twoHundredStartsAndStopsLeaveNoProcessAndNoThread() {
        Set<Long> before = children();
        try (SystemTimers timers = new SystemTimers();
                ServiceManager manager = manager(timers)) {
            manager.register(ServiceDefinition.stdio("cat", "cat").build());
            for (int i = 0; i < 200; i++) {
                try (Lease lease = manager.acquire(CAT, ClientKey.GATEWAY, LONG)
                        .toCompletableFuture()
                        .join()) {
                    assertThat(lease.target().instance().number()).isEqualTo(i + 1);
                }
                if (i % 4 == 0) {
                    manager.sleep(CAT, Force.YES).toCompletableFuture().join();
                }
                ServiceStatus stopped =
                        manager.stop(CAT, Force.NO).toCompletableFuture().join();
                assertThat(stopped.state()).isEqualTo(ServiceState.STOPPED);
            }
            // All that is left is the one helper shell.
            assertThat(children()).hasSizeLessThanOrEqualTo(before.size() + 1);
        }
        await().untilAsserted(() -> assertThat(children()).isSubsetOf(before));
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @Test
    void aStopEndsAStartThatWaitsForItsPort() {
        Set<Long> before = children();
        try (SystemTimers timers = new SystemTimers();
                ServiceManager manager = manager(timers)) {
            manager.register(ServiceDefinition.of(
                            "cat",
                            RuntimeChoice.PROCESS,
                            new Launch.Command(null, List.of("sleep", "1000"), Map.of(), List.of(), null, 0, "/mcp"),
                            WireProtocol.STREAMABLE_HTTP)
                    .build());
            CompletionStage<ServiceStatus> start = manager.start(CAT);
            await().until(() -> children().size() >= before.size() + 2);
            ServiceStatus stopped = manager.stop(CAT, Force.NO)
                    .toCompletableFuture()
                    .orTimeout(20, java.util.concurrent.TimeUnit.SECONDS)
                    .join();
            assertThat(stopped.state()).isEqualTo(ServiceState.STOPPED);
            assertThat(start.toCompletableFuture()).isCompletedExceptionally();
            await().until(() -> children().size() <= before.size() + 1);
        }
    }

    private static ServiceManager manager(SystemTimers timers) {
        return new ServiceManager(
                List.of(new ProcessRuntime(timers)),
                LifecycleSettings.defaults(),
                SystemPolicy.NONE,
                timers,
                new EventBus(),
                new NoMetrics());
    }

    private static Set<Long> children() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    /** Of the process runtime: those of the JDK that wait for processes linger for a minute by design. */
    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("service-log-")
                        || name.startsWith("forge-warden")
                        || name.startsWith("forge-process"))
                .collect(Collectors.toSet());
    }
}

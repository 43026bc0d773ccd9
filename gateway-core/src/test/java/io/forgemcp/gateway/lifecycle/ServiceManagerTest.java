package io.forgemcp.gateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.lifecycle.process.ProcessRuntime;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.upstream.ClientKey;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceManagerTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void aProcessAndARemoteServiceAreLeased() throws IOException {
        try (SystemTimers timers = new SystemTimers();
                ServiceManager manager = new ServiceManager(
                        List.of(new ProcessRuntime(timers), new RemoteRuntime(), new JavaRuntime()),
                        LifecycleSettings.defaults(),
                        SystemPolicy.NONE,
                        timers,
                        new EventBus(),
                        new NoMetrics())) {
            manager.register(ServiceDefinition.stdio("cat", "cat").build());
            manager.register(ServiceDefinition.http("far", URI.create("http://localhost:1/mcp"))
                    .build());
            ServiceName cat = ServiceName.of("cat");
            try (Lease lease = manager.acquire(cat, ClientKey.GATEWAY, LONG)
                    .toCompletableFuture()
                    .join()) {
                InstanceAddress.Stdio stdio =
                        (InstanceAddress.Stdio) lease.target().address();
                stdio.input().write("hello\n".getBytes(StandardCharsets.UTF_8));
                stdio.input().flush();
                assertThat(new String(stdio.output().readNBytes(6), StandardCharsets.UTF_8))
                        .isEqualTo("hello\n");
                assertThat(manager.status(cat).orElseThrow().inFlight()).isEqualTo(1);
            }
            assertThat(manager.acquire(cat, ClientKey.GATEWAY, LONG).toCompletableFuture())
                    .isDone();
            assertThat(manager.acquire(ServiceName.of("far"), ClientKey.GATEWAY, LONG)
                            .toCompletableFuture()
                            .join()
                            .target()
                            .address())
                    .isInstanceOf(InstanceAddress.Http.class);
        }
    }
}

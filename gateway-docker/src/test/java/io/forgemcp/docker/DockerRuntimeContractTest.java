package io.forgemcp.docker;

import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.testkit.ServiceRuntimeContract;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

@NeedsEngine
class DockerRuntimeContractTest extends ServiceRuntimeContract {
    private final SystemTimers timers = new SystemTimers();

    @AfterEach
    void stopTimers() {
        timers.close();
    }

    @Override
    protected ServiceRuntime newRuntime() {
        return new DockerRuntime(TestContainers.settings("contract"), timers);
    }

    @Override
    protected ServiceDefinition goodService() {
        return TestContainers.service("cat", "cat").build();
    }

    @Override
    protected Optional<ServiceDefinition> brokenService() {
        return Optional.of(
                TestContainers.service("broken", "no-such-command-anywhere").build());
    }
}

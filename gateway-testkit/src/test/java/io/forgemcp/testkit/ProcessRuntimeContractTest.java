package io.forgemcp.testkit;

import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.process.ProcessRuntime;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.SystemTimers;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

class ProcessRuntimeContractTest extends ServiceRuntimeContract {
    private final SystemTimers timers = new SystemTimers();

    @AfterEach
    void stopTimers() {
        timers.close();
    }

    @Override
    protected ServiceRuntime newRuntime() {
        return new ProcessRuntime(timers);
    }

    @Override
    protected ServiceDefinition goodService() {
        return ServiceDefinition.stdio("cat", "cat").build();
    }

    @Override
    protected Optional<ServiceDefinition> brokenService() {
        return Optional.of(
                ServiceDefinition.stdio("broken", "no-such-command-anywhere").build());
    }
}

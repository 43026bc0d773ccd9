package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Servers that are objects in this process: always there, nothing to start and nothing to put to sleep. */
public final class JavaRuntime implements ServiceRuntime {
    @Override
    public String name() {
        return "java";
    }

    @Override
    public boolean supports(ServiceDefinition service) {
        return service.launch() instanceof Launch.Java
                && (service.runtime() == RuntimeChoice.JAVA || service.runtime() == RuntimeChoice.AUTO);
    }

    @Override
    public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
        Launch.Java launch = (Launch.Java) service.launch();
        return CompletableFuture.completedFuture(new Present(id, new InstanceAddress.InProcess(launch.server())));
    }

    /** An instance that needs no work to be there or to go: its sessions are closed by those who opened them. */
    record Present(InstanceId id, InstanceAddress address) implements Instance {
        @Override
        public CompletionStage<Void> stop(Duration grace) {
            return CompletableFuture.completedFuture(null);
        }
    }
}

package io.forgemcp.gateway.lifecycle.process;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.thread.Workers;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;

/** Child processes that speak on standard input and output. */
public final class ProcessRuntime implements ServiceRuntime {
    private final Timers timers;
    private final ExecutorService workers = Workers.blocking("forge-process");
    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    public ProcessRuntime(Timers timers) {
        this.timers = timers;
    }

    @Override
    public String name() {
        return "process";
    }

    @Override
    public boolean supports(ServiceDefinition service) {
        return service.launch() instanceof Launch.Command launch
                && !launch.command().isEmpty()
                && service.wire() == WireProtocol.STDIO
                && (service.runtime() == RuntimeChoice.PROCESS || service.runtime() == RuntimeChoice.AUTO);
    }

    @Override
    public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
        Launch.Command launch = (Launch.Command) service.launch();
        return CompletableFuture.supplyAsync(
                () -> {
                    ProcessBuilder builder =
                            new ProcessBuilder(launch.command()).redirectError(ProcessBuilder.Redirect.DISCARD);
                    builder.environment().putAll(launch.environment());
                    if (launch.directory() != null) {
                        builder.directory(launch.directory().toFile());
                    }
                    try {
                        Process process = builder.start();
                        running.add(process);
                        process.onExit().thenAccept(dead -> {
                            running.remove(dead);
                            exits.exited(id, "exit status " + dead.exitValue());
                        });
                        return new Child(id, process, timers);
                    } catch (IOException failure) {
                        throw new GatewayException(
                                ErrorCode.SERVICE_START_FAILED,
                                "Service " + service.name() + " could not be started: " + failure.getMessage(),
                                failure);
                    }
                },
                workers);
    }

    @Override
    public void close() {
        running.forEach(Process::destroyForcibly);
        workers.shutdown();
    }

    private record Child(InstanceId id, Process process, Timers timers) implements Instance {
        @Override
        public InstanceAddress address() {
            return new InstanceAddress.Stdio(process.getOutputStream(), process.getInputStream());
        }

        @Override
        public CompletionStage<Void> stop(Duration grace) {
            process.destroy();
            Timers.Cancellable force = timers.schedule(grace, process::destroyForcibly);
            return process.onExit().thenAccept(dead -> force.cancel());
        }

        @Override
        public String externalId() {
            return Long.toString(process.pid());
        }
    }
}

package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Taking over what an earlier gateway left behind, once for each service, before anything else happens to it. If the
 * runtime cannot be asked now, things go on without, and it is asked again before the next command. Owned by one mailbox.
 */
final class Adoption {
    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    /** What was found, and who runs it. */
    record Found(ServiceRuntime runtime, List<ServiceRuntime.Adopted> instances) {}

    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final RuntimeCalls calls;
    private final Supplier<InstanceId> ids;
    private final ServiceRuntime.ExitListener exits;
    private final Consumer<Found> taker;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean done;
    private boolean asking;

    Adoption(
            ServiceDefinition service,
            LifecycleScope scope,
            RuntimeCalls calls,
            Supplier<InstanceId> ids,
            ServiceRuntime.ExitListener exits,
            Consumer<Found> taker) {
        this.service = service;
        this.scope = scope;
        this.calls = calls;
        this.ids = ids;
        this.exits = exits;
        this.taker = taker;
        this.done = !service.sleepable() || service.unavailable() != null;
    }

    /** Runs the task once what was left behind has been taken over, at once as a rule. */
    void before(Runnable task) {
        if (done) {
            task.run();
            return;
        }
        waiting.add(task);
        if (!asking) {
            ask();
        }
    }

    /** An instance may have been left behind by ourselves: the runtime is asked again before the next command. */
    void repeat() {
        done = !service.sleepable();
    }

    private void ask() {
        ServiceRuntime runtime;
        try {
            runtime = scope.runtimes().require(service);
        } catch (GatewayException nobodyCanRunIt) {
            goOn();
            return;
        }
        asking = true;
        calls.adopt(runtime, ids, exits, (found, failure) -> {
            asking = false;
            if (found == null) {
                LOG.warn(
                        "event=adoption_failed service={} runtime={} reason=\"{}\"",
                        service.name(),
                        runtime.name(),
                        failure == null ? "no answer" : ServiceFailures.reason(failure));
            } else {
                done = true;
                taker.accept(new Found(runtime, found));
            }
            goOn();
        });
    }

    private void goOn() {
        List<Runnable> tasks = List.copyOf(waiting);
        waiting.clear();
        tasks.forEach(Runnable::run);
    }
}

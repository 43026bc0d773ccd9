package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * One service, {@code search}, that starts, sleeps and stops on the test's own thread and in manual time, and whose instances
 * are spoken to as a server inside the process. It falls asleep when it has been idle for 300 s.
 */
public final class SleepyServer implements AutoCloseable {
    public static final ServiceName NAME = Lifecycle.NAME;

    private final Lifecycle on = new Lifecycle(
            2,
            new SystemPolicy(
                    SleepSettings.DEFAULT, new ServiceBudget(null, null, 1, Map.of()), EmergencySettings.NONE));

    public SleepyServer(InProcessServer server, Isolation isolation) {
        on.runtime.address = new InstanceAddress.InProcess(server);
        add(isolation);
    }

    /** Once more, after it was removed. */
    public void add(Isolation isolation) {
        on.with(ServiceDefinition.of(
                        NAME.value(),
                        RuntimeChoice.PROCESS,
                        Launch.Command.of(List.of("server")),
                        WireProtocol.STREAMABLE_HTTP)
                .isolation(isolation)
                .sleepPolicy(Lifecycle.POLICY));
    }

    public ServiceManager manager() {
        return on.manager;
    }

    public ManualTimers timers() {
        return on.timers;
    }

    public EventBus events() {
        return on.bus;
    }

    public ServiceState state() {
        return on.state();
    }

    /** Clients that keep it awake; nothing else may be in flight. */
    public int listeners() {
        if (on.status().inFlight() > 0) {
            throw new AssertionError("in flight: " + on.status().inFlight());
        }
        return on.status().listeners();
    }

    public int starts() {
        return on.runtime.starts.get();
    }

    /** How often the present instance was woken. */
    public int wakes() {
        return on.runtime.last().wakes.get();
    }

    /** Somebody ends the present instance beside the gateway. */
    public void endByHand(String how) {
        on.runtime.last().endByHand(how);
    }

    /** The present instance ends by itself. */
    public void crash(String how) {
        on.runtime.last().crash(how);
    }

    /** Lets no start succeed. */
    public void failStarts() {
        on.runtime.failStarts("not today");
    }

    /** Lets starts succeed, at once. */
    public void mendStarts() {
        on.runtime.startGate = null;
    }

    /** Lets starts wait. @return lets them go on */
    public Runnable holdStarts() {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        on.runtime.startGate = gate;
        return () -> gate.complete(null);
    }

    /** Somebody calls it; the call is over at once. */
    public void call() {
        on.use();
    }

    /** Somebody calls another service, beside which there is no room for it; the call is over at once. */
    public void callAnother() {
        on.with(Lifecycle.service("another"));
        on.acquire("another", ClientKey.GATEWAY).join().close();
    }

    public void pass(Duration time) {
        on.timers.advance(time);
    }

    @Override
    public void close() {
        on.close();
    }
}

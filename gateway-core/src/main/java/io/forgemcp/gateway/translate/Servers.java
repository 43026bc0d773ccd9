package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.UpstreamChannel;
import io.forgemcp.gateway.transport.UpstreamTransport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** Starts children of one server, each with a conversation of its own. Thread-safe; never blocks. */
final class Servers {
    /** A server that does not end when its input does is asked, and then made to. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    private final ServiceDefinition server;
    private final ServiceRuntime runtime;
    private final UpstreamTransport transport;
    private final AtomicLong count = new AtomicLong();

    Servers(ServiceDefinition server, ServiceRuntime runtime, UpstreamTransport transport) {
        this.server = server;
        this.runtime = runtime;
        this.transport = transport;
    }

    /**
     * Starts one. The stage fails with a {@code GatewayException} that says what is wrong; nothing is left behind then.
     *
     * @param listener hears what it says, and that it closed its output
     * @param exits told if it ends without having been asked to
     */
    CompletionStage<Running> start(ChannelListener listener, ServiceRuntime.ExitListener exits) {
        InstanceId id = new InstanceId(server.name(), count.incrementAndGet());
        return runtime.start(server, id, exits).thenCompose(instance -> open(instance, listener));
    }

    private CompletionStage<Running> open(Instance instance, ChannelListener listener) {
        CompletableFuture<Running> opened = new CompletableFuture<>();
        transport.open(server.name().value(), instance.address(), listener).whenComplete((channel, failure) -> {
            if (channel != null) {
                opened.complete(new Running(instance, channel));
            } else {
                instance.stop(GRACE).whenComplete((gone, unknown) -> opened.completeExceptionally(failure));
            }
        });
        return opened;
    }

    /** One that runs. */
    record Running(Instance instance, UpstreamChannel channel) {
        /** Closes its input and ends it; completes when it is gone. */
        CompletionStage<Void> end() {
            channel.close();
            return instance.stop(GRACE);
        }
    }
}

package io.forgemcp.gateway.transport;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Servers that are objects in this process: a message is a method call. Thread-safe. */
public final class InProcessTransport implements UpstreamTransport {
    @Override
    public boolean supports(InstanceAddress address) {
        return address instanceof InstanceAddress.InProcess;
    }

    @Override
    public CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener) {
        InProcessChannel channel = new InProcessChannel(service, listener);
        try {
            channel.open(((InstanceAddress.InProcess) address).server());
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
        return CompletableFuture.completedFuture(channel);
    }
}

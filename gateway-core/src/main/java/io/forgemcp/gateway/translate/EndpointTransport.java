package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.UpstreamChannel;
import io.forgemcp.gateway.transport.UpstreamTransport;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The way to a streamable HTTP endpoint in this process, without HTTP: the same messages, headers and streams, handed over
 * as objects. Thread-safe.
 */
public final class EndpointTransport implements UpstreamTransport {
    private final McpEndpoint endpoint;
    private final @Nullable String virtualServer;

    /** @param virtualServer null for everything */
    public EndpointTransport(McpEndpoint endpoint, @Nullable String virtualServer) {
        this.endpoint = endpoint;
        this.virtualServer = virtualServer;
    }

    @Override
    public boolean supports(InstanceAddress address) {
        return true;
    }

    @Override
    public CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener) {
        return CompletableFuture.completedFuture(new EndpointChannel(endpoint, virtualServer, listener));
    }
}

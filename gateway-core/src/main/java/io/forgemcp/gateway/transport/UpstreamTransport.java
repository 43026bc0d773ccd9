package io.forgemcp.gateway.transport;

import java.util.concurrent.CompletionStage;

/**
 * A way to speak to MCP servers: bytes out, messages in. A plugin interface; the core ships stdio, streamable HTTP,
 * HTTP+SSE and in-process. Implementations are thread-safe.
 */
public interface UpstreamTransport {
    /** Whether this transport speaks to such an address. Asked once for every channel; must not block. */
    boolean supports(InstanceAddress address);

    /**
     * Opens one channel. Must not block. The stage fails with a {@code GatewayException} that says which server could
     * not be reached; for HTTP nothing needs to be sent yet.
     *
     * @param service name of the service, for errors and logs
     * @param address where the instance is
     * @param listener hears what belongs to no request, and the end of the channel
     */
    CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener);

    /**
     * The instance has fallen asleep or is gone: idle connections to it are stale and must not be used again. Channels
     * stay open. Does nothing by default.
     */
    default void evict(InstanceAddress address) {}
}

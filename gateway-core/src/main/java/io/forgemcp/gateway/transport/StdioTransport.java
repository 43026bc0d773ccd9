package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.thread.Workers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Newline-delimited messages on the standard streams of a process or container (MCP 2025-11-25, Transports, stdio).
 * Thread-safe.
 *
 * <p>The input stream of an instance must take 4 KiB without blocking once the server has read everything before them,
 * as every pipe and socket does.
 */
public final class StdioTransport implements UpstreamTransport {
    private final TransportSettings settings;
    private final Duration lastWords;
    // As many threads as servers that do not read at this moment: normally none.
    private final ExecutorService writers = Executors.newCachedThreadPool(Workers.daemons("forge-stdio-writer"));

    public StdioTransport() {
        this(TransportSettings.DEFAULT);
    }

    public StdioTransport(TransportSettings settings) {
        this(settings, Duration.ZERO);
    }

    /**
     * @param lastWords how long a server that has closed its input or output is given to be known to have ended, and how,
     *     before those who wait for it are told that it has closed them
     */
    public StdioTransport(TransportSettings settings, Duration lastWords) {
        this.settings = settings;
        this.lastWords = lastWords;
    }

    @Override
    public boolean supports(InstanceAddress address) {
        return address instanceof InstanceAddress.Stdio;
    }

    @Override
    public CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener) {
        InstanceAddress.Stdio streams = (InstanceAddress.Stdio) address;
        StdioWriter writer = new StdioWriter(service, streams.input(), settings, writers, lastWords);
        StdioChannel channel = new StdioChannel(service, writer, listener, lastWords);
        StdioReader reader = new StdioReader(service, streams.output(), settings.maxMessageBytes(), channel);
        // A thread of its own, not a virtual one: reading a pipe holds its carrier, and servers would starve each
        // other.
        Thread thread = new Thread(null, reader, "forge-stdio-" + service, READER_STACK);
        thread.setDaemon(true);
        thread.start();
        return CompletableFuture.completedFuture(channel);
    }

    private static final long READER_STACK = 512 << 10;
}

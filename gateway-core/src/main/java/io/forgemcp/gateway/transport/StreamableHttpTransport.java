package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One URL that takes POST and offers GET (MCP 2025-11-25, Transports, Streamable HTTP). Thread-safe.
 */
public final class StreamableHttpTransport implements UpstreamTransport {
    private final HttpExchanger http;
    private final Timers timers;
    private final TransportSettings settings;
    private final Duration lastWords;

    public StreamableHttpTransport(HttpExchanger http, Timers timers) {
        this(http, timers, TransportSettings.DEFAULT);
    }

    /** @param timers for the pauses before a broken standing stream is opened again */
    public StreamableHttpTransport(HttpExchanger http, Timers timers, TransportSettings settings) {
        this(http, timers, settings, Duration.ZERO);
    }

    /**
     * @param lastWords how long a server that the gateway runs itself is given to be known to have ended, and how, before those
     *     who wait for it are told that their connection broke
     */
    public StreamableHttpTransport(HttpExchanger http, Timers timers, TransportSettings settings, Duration lastWords) {
        this.http = http;
        this.timers = timers;
        this.settings = settings;
        this.lastWords = lastWords;
    }

    @Override
    public boolean supports(InstanceAddress address) {
        return address instanceof InstanceAddress.Http place && place.wire() == WireProtocol.STREAMABLE_HTTP;
    }

    @Override
    public CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener) {
        InstanceAddress.Http place = (InstanceAddress.Http) address;
        return CompletableFuture.completedFuture(new StreamableHttpChannel(
                service,
                place,
                http.towards(service, place),
                timers,
                settings,
                StreamableHttpChannel.Refusals.RELAYED,
                lastWords,
                listener));
    }

    @Override
    public void evict(InstanceAddress address) {
        http.evict(((InstanceAddress.Http) address).url());
    }
}

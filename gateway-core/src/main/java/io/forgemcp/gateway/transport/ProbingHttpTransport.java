package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.Timers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Finds out which of the two HTTP transports a URL speaks: {@code initialize} is posted as streamable HTTP wants it, and
 * if the server refuses that with 400, 404 or 405 the older transport is tried (MCP 2025-11-25, Transports, Backwards
 * Compatibility). Thread-safe.
 */
public final class ProbingHttpTransport implements UpstreamTransport {
    private final HttpExchanger http;
    private final Timers timers;
    private final TransportSettings settings;

    public ProbingHttpTransport(HttpExchanger http, Timers timers) {
        this(http, timers, TransportSettings.DEFAULT);
    }

    public ProbingHttpTransport(HttpExchanger http, Timers timers, TransportSettings settings) {
        this.http = http;
        this.timers = timers;
        this.settings = settings;
    }

    @Override
    public boolean supports(InstanceAddress address) {
        return address instanceof InstanceAddress.Http place && place.wire() == WireProtocol.HTTP_PROBED;
    }

    @Override
    public CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener) {
        InstanceAddress.Http place = (InstanceAddress.Http) address;
        UpstreamChannel newer = new StreamableHttpChannel(
                service, place, http, timers, settings, StreamableHttpChannel.Refusals.FAILURES, listener);
        return CompletableFuture.completedFuture(
                new ProbingChannel(newer, () -> new SseChannel(service, place, http, settings, listener).connect()));
    }

    @Override
    public void evict(InstanceAddress address) {
        http.evict(((InstanceAddress.Http) address).url());
    }
}

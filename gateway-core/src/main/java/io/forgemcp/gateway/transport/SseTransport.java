package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.service.WireProtocol;
import java.util.concurrent.CompletionStage;

/**
 * An event stream that names the URL to post to, and carries every answer (MCP 2024-11-05, Transports, HTTP with SSE).
 * Thread-safe.
 */
public final class SseTransport implements UpstreamTransport {
    private final HttpExchanger http;
    private final TransportSettings settings;

    public SseTransport(HttpExchanger http) {
        this(http, TransportSettings.DEFAULT);
    }

    public SseTransport(HttpExchanger http, TransportSettings settings) {
        this.http = http;
        this.settings = settings;
    }

    @Override
    public boolean supports(InstanceAddress address) {
        return address instanceof InstanceAddress.Http place && place.wire() == WireProtocol.SSE;
    }

    /** Completes when the server has named the URL to post to. */
    @Override
    public CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener) {
        InstanceAddress.Http place = (InstanceAddress.Http) address;
        return new SseChannel(service, place, http.towards(service, place), settings, listener).connect();
    }

    @Override
    public void evict(InstanceAddress address) {
        http.evict(((InstanceAddress.Http) address).url());
    }
}

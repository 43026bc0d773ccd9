package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.Timers;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds out which of the two HTTP transports a URL speaks: {@code initialize} is posted as streamable HTTP wants it, and
 * if the server refuses that with 400, 404 or 405 the older transport is tried (MCP 2025-11-25, Transports, Backwards
 * Compatibility). That a server speaks the older one is remembered for a while, so that not every session begins with a
 * refusal. Thread-safe.
 */
public final class ProbingHttpTransport implements UpstreamTransport {
    private static final long REMEMBER_NANOS = Duration.ofMinutes(10).toNanos();

    /** Servers that turned out to speak the older transport, and since when, by {@link Timers#nanoTime}. */
    private final ConcurrentHashMap<URI, Long> older = new ConcurrentHashMap<>();

    private final HttpExchanger http;
    private final Timers timers;
    private final TransportSettings settings;
    private final Duration lastWords;

    public ProbingHttpTransport(HttpExchanger http, Timers timers) {
        this(http, timers, TransportSettings.DEFAULT);
    }

    public ProbingHttpTransport(HttpExchanger http, Timers timers, TransportSettings settings) {
        this(http, timers, settings, Duration.ZERO);
    }

    /** @param lastWords as for {@link StreamableHttpTransport} */
    public ProbingHttpTransport(HttpExchanger http, Timers timers, TransportSettings settings, Duration lastWords) {
        this.http = http;
        this.timers = timers;
        this.settings = settings;
        this.lastWords = lastWords;
    }

    @Override
    public boolean supports(InstanceAddress address) {
        return address instanceof InstanceAddress.Http place && place.wire() == WireProtocol.HTTP_PROBED;
    }

    @Override
    public CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener) {
        InstanceAddress.Http place = (InstanceAddress.Http) address;
        if (isKnownAsOlder(place.url())) {
            return openOlder(service, place, listener);
        }
        UpstreamChannel newer = new StreamableHttpChannel(
                service,
                place,
                http.towards(service, place),
                timers,
                settings,
                StreamableHttpChannel.Refusals.FAILURES,
                lastWords,
                listener);
        return CompletableFuture.completedFuture(new ProbingChannel(newer, () -> openOlder(service, place, listener)));
    }

    private CompletionStage<UpstreamChannel> openOlder(
            String service, InstanceAddress.Http place, ChannelListener listener) {
        return new SseChannel(service, place, http.towards(service, place), settings, listener)
                .connect()
                .whenComplete((channel, refused) -> {
                    if (refused == null) {
                        older.put(place.url(), timers.nanoTime());
                    } else {
                        older.remove(place.url());
                    }
                });
    }

    private boolean isKnownAsOlder(URI url) {
        Long since = older.get(url);
        if (since == null) {
            return false;
        }
        if (timers.nanoTime() - since > REMEMBER_NANOS) {
            older.remove(url, since);
            return false;
        }
        return true;
    }

    @Override
    public void evict(InstanceAddress address) {
        http.evict(((InstanceAddress.Http) address).url());
    }
}

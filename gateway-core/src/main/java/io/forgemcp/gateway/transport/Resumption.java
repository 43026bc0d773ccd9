package io.forgemcp.gateway.transport;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * When and behind which event a broken response stream is asked for again. Gives up after some attempts that brought
 * nothing. Not thread-safe: used by the exchange that it belongs to.
 */
final class Resumption {
    private static final int MOST_ATTEMPTS = 8;

    private final StreamableHttpChannel channel;
    private @Nullable String lastEventId;
    private @Nullable Duration asked;
    private int attempts;

    Resumption(StreamableHttpChannel channel) {
        this.channel = channel;
    }

    /** Something came: the next break is the first again. */
    void progress() {
        attempts = 0;
    }

    /** The server asks for this pause before a reconnection. */
    void retryAfter(long millis) {
        asked = Duration.ofMillis(Math.max(1, millis));
    }

    /**
     * Plans the next attempt.
     *
     * @param latest id on the connection that broke; null for none
     * @return false if there is no event to go on behind, or it was tried often enough
     */
    boolean resumeLater(@Nullable String latest, Consumer<String> resume) {
        if (latest != null) {
            lastEventId = latest;
        }
        String from = lastEventId;
        // Some servers number every event with the session's id, which names no event.
        if (from == null || channel.isSession(from) || attempts >= MOST_ATTEMPTS) {
            return false;
        }
        channel.later(pause(), () -> resume.accept(from));
        attempts++;
        return true;
    }

    private Duration pause() {
        TransportSettings settings = channel.settings();
        Duration first = asked == null ? settings.reconnectDelay() : asked;
        Duration pause = first.multipliedBy(1L << Math.min(attempts, 10));
        return pause.compareTo(settings.maxReconnectDelay()) > 0 ? settings.maxReconnectDelay() : pause;
    }
}

package io.forgemcp.server.client;

import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does not close before the farewells have been said: a process that ends with its client still has to tell the server, by
 * DELETE, that its session is over. Thread-safe.
 */
public final class PatientExchanger implements HttpExchanger {
    private final HttpExchanger http;
    private final Duration patience;
    /** One party for each DELETE under way, and one for the exchanger itself. */
    private final Phaser farewells = new Phaser(1);

    /** @param patience how long closing may take */
    public PatientExchanger(HttpExchanger http, Duration patience) {
        this.http = http;
        this.patience = patience;
    }

    @Override
    public UpstreamChannel.Exchange send(Call call, Listener listener) {
        if (!call.method().equals("DELETE")) {
            return http.send(call, listener);
        }
        farewells.register();
        return http.send(call, new Farewell(listener, farewells));
    }

    @Override
    public void evict(URI origin) {
        http.evict(origin);
    }

    /** Waits for the farewells, but not for long, and closes what it was made of. */
    @Override
    public void close() {
        try {
            farewells.awaitAdvanceInterruptibly(
                    farewells.arriveAndDeregister(), patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException unanswered) {
            // A server that does not answer forgets the session by itself.
        }
        http.close();
    }

    private record Farewell(Listener listener, Phaser farewells) implements Listener {
        @Override
        public void onHeaders(int status, Function<String, @Nullable String> headers) {
            listener.onHeaders(status, headers);
        }

        @Override
        public void onContent(ByteBuffer part) {
            listener.onContent(part);
        }

        @Override
        public void onComplete() {
            listener.onComplete();
            farewells.arriveAndDeregister();
        }

        @Override
        public void onFailure(Throwable failure, boolean delivered) {
            listener.onFailure(failure, delivered);
            farewells.arriveAndDeregister();
        }
    }
}

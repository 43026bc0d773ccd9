package io.forgemcp.gateway.transport;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client as the HTTP transports need it: asynchronous, streaming, with connections kept open. The core ships one
 * on the JDK's client; the server module one on Jetty's, which costs less per call. Thread-safe; no method blocks.
 */
public interface HttpExchanger extends AutoCloseable {
    /** Sends one request. The listener is called in order, from one thread at a time. */
    UpstreamChannel.Exchange send(Call call, Listener listener);

    /**
     * The client to speak to one service with, asked for once for every channel: one that knows the service can get itself
     * authorised. This one by default. What is returned is never closed.
     */
    default HttpExchanger towards(String service, InstanceAddress.Http address) {
        return this;
    }

    /** The service was removed for good: what was granted for it is given up. Does nothing by default. */
    default void forget(String service) {}

    /** Drops idle connections to this origin: after a long sleep they are stale (broken pipe on first use). */
    default void evict(URI origin) {}

    @Override
    void close();

    /**
     * One request. There is no time limit on the body of the answer: a stream may last for days.
     *
     * @param headers names and values in turn
     * @param body null for none
     */
    record Call(String method, URI url, List<String> headers, byte @Nullable [] body) {}

    /** Hears the answer. Must not block. */
    interface Listener {
        /**
         * @param headers finds the first value of a header without regard to case, null if absent; of {@code
         *     WWW-Authenticate}, which a server may send once for each scheme, all values with commas in between
         */
        void onHeaders(int status, Function<String, @Nullable String> headers);

        /** A part of the body, valid only during the call. */
        void onContent(ByteBuffer part);

        void onComplete();

        /**
         * The exchange failed or was cancelled.
         *
         * @param failure a {@code GatewayException} keeps its code and its sentence, which the service's name is put before
         * @param delivered false only if the server certainly has not seen the request: no connection, no route
         */
        void onFailure(Throwable failure, boolean delivered);
    }
}

package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.thread.Workers;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * The exchanger without dependencies, on {@code java.net.http}: HTTP/1.1, answers streamed, redirects refused (a server
 * must not be able to send the gateway elsewhere). Thread-safe.
 */
public final class JdkHttpExchanger implements HttpExchanger {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Executor SOON = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

    private final Duration connectTimeout;
    private final ExecutorService threads = Executors.newCachedThreadPool(Workers.daemons("forge-http"));
    /** What is under way: the JDK's client, before Java 21, closes no connection that has a stream on it. */
    private final Set<UpstreamChannel.Exchange> open = ConcurrentHashMap.newKeySet();

    private volatile HttpClient client;
    private volatile boolean closed;

    public JdkHttpExchanger() {
        this(CONNECT_TIMEOUT);
    }

    /** @param connectTimeout how long to wait for a connection */
    public JdkHttpExchanger(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
        this.client = newClient(connectTimeout, threads);
    }

    private static HttpClient newClient(Duration connectTimeout, Executor executor) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .executor(executor)
                .build();
    }

    @Override
    public UpstreamChannel.Exchange send(Call call, Listener listener) {
        if (closed) {
            listener.onFailure(new IllegalStateException("The HTTP client is closed"), false);
            return UpstreamChannel.Exchange.NONE;
        }
        HttpRequest request;
        try {
            request = request(call);
        } catch (IllegalArgumentException refused) {
            listener.onFailure(refused, false);
            return UpstreamChannel.Exchange.NONE;
        }
        Answer answer = new Answer(listener);
        CompletableFuture<HttpResponse<Void>> future = client.sendAsync(request, answer);
        UpstreamChannel.Exchange exchange = () -> {
            if (!answer.giveUp()) {
                return;
            }
            if (answer.begun() && !closed) {
                // It may be ending at this moment. The JDK hands its connection to the next request before it tells the
                // end, and a cancellation in between would break that request.
                SOON.execute(() -> answer.breakOff(future));
            } else {
                answer.breakOff(future);
            }
        };
        open.add(exchange);
        future.whenComplete((response, failure) -> {
            open.remove(exchange);
            if (failure != null) {
                answer.onError(failure);
            }
        });
        if (closed) {
            exchange.cancel();
        }
        return exchange;
    }

    private static HttpRequest request(Call call) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(call.url());
        List<String> headers = call.headers();
        for (int i = 0; i < headers.size(); i += 2) {
            builder.header(headers.get(i), headers.get(i + 1));
        }
        byte @Nullable [] body = call.body();
        builder.method(
                call.method(),
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body));
        return builder.build();
    }

    /** The JDK's pool cannot drop connections to one place, so all idle ones go; what is under way is not touched. */
    @Override
    public void evict(URI origin) {
        client = newClient(connectTimeout, threads);
    }

    /** Whether nothing is under way, not even what was given up. */
    boolean isIdle() {
        return open.isEmpty();
    }

    /** Cancels what is under way. The threads still do what that takes, so they are not interrupted. */
    @Override
    public void close() {
        closed = true;
        open.forEach(UpstreamChannel.Exchange::cancel);
        threads.shutdown();
    }

    /** One answer: turns the JDK's body stages into calls of the listener, exactly one of them the last. */
    private static final class Answer implements HttpResponse.BodyHandler<Void>, HttpResponse.BodySubscriber<Void> {
        private final Listener listener;
        private final AtomicBoolean over = new AtomicBoolean();
        private final CompletableFuture<Void> body = new CompletableFuture<>();
        private volatile Flow.@Nullable Subscription subscription;

        Answer(Listener listener) {
            this.listener = listener;
        }

        @Override
        public HttpResponse.BodySubscriber<Void> apply(HttpResponse.ResponseInfo info) {
            if (!over.get()) {
                listener.onHeaders(info.statusCode(), name -> value(info.headers(), name));
            }
            return this;
        }

        private static @Nullable String value(HttpHeaders headers, String name) {
            List<String> values = headers.allValues(name);
            return values.size() > 1 && name.equalsIgnoreCase("WWW-Authenticate")
                    ? String.join(", ", values)
                    : headers.firstValue(name).orElse(null);
        }

        @Override
        public CompletionStage<Void> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription upstream) {
            subscription = upstream;
            if (over.get()) {
                upstream.cancel();
            } else {
                upstream.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                if (over.get()) {
                    return;
                }
                listener.onContent(part);
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
            if (over.compareAndSet(false, true)) {
                Throwable cause = GatewayException.unwrap(failure);
                listener.onFailure(cause, delivered(cause));
            }
        }

        @Override
        public void onComplete() {
            body.complete(null);
            if (over.compareAndSet(false, true)) {
                listener.onComplete();
            }
        }

        /** Tells the listener, which hears nothing more; false if it has heard the end already. */
        boolean giveUp() {
            if (!over.compareAndSet(false, true)) {
                return false;
            }
            listener.onFailure(new CancellationException("Given up"), true);
            return true;
        }

        /** Whether the server has begun to answer; before that no other request can be on the connection. */
        boolean begun() {
            return subscription != null;
        }

        /** Closes the connection, unless the answer has ended meanwhile and left it to others. */
        void breakOff(CompletableFuture<?> future) {
            if (body.isDone()) {
                return;
            }
            Flow.Subscription current = subscription;
            if (current != null) {
                current.cancel();
            }
            future.cancel(true);
        }

        private static boolean delivered(Throwable failure) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof ConnectException
                        || cause instanceof HttpConnectTimeoutException
                        || cause instanceof UnknownHostException
                        || cause instanceof UnresolvedAddressException
                        || cause instanceof SSLHandshakeException) {
                    return false;
                }
            }
            return true;
        }
    }
}

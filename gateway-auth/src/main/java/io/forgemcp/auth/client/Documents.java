package io.forgemcp.auth.client;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.forgemcp.gateway.error.GatewayException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fetches small JSON objects from hosts that a server named, who may be hostile: HTTPS only except on this machine, no
 * redirects, at most 256 KiB, and a time limit on all of it. Thread-safe. Blocks, so it is called on a worker only.
 */
final class Documents {
    /** For one request, with its answer. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int LIMIT = 256 << 10;

    private final Supplier<HttpClient> http;
    private final URI service;

    /** @param status of the answer. @param json its body; null if it is no JSON object */
    record Document(int status, @Nullable Map<String, Object> json) {}

    /**
     * @param http a client that follows no redirects
     * @param service on whose behalf it asks: hosts that are nearer than the service are not asked
     */
    Documents(Supplier<HttpClient> http, URI service) {
        this.http = http;
        this.service = service;
    }

    Document get(URI url) {
        return exchange(HttpRequest.newBuilder(reachable(url))
                .header("Accept", "application/json")
                .GET()
                .build());
    }

    /** @param authorization header of the client; null for none */
    Document post(URI url, String type, String body, @Nullable String authorization) {
        HttpRequest.Builder request = HttpRequest.newBuilder(reachable(url))
                .header("Accept", "application/json")
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return exchange(request.build());
    }

    /** A URL that may be asked, or shown to a person. */
    static URI allowed(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (url.getHost() == null
                || url.getUserInfo() != null
                || !(scheme.equals("https") || (scheme.equals("http") && Reach.isLoopback(url.getHost())))) {
            throw Refused.because("it uses HTTPS only, and plain HTTP only on this machine; refused was an URL of \""
                    + url.getHost() + "\".");
        }
        return url;
    }

    private URI reachable(URI url) {
        Reach reach = Reach.of(allowed(url).getHost());
        if (reach == Reach.NOWHERE || (reach != Reach.INTERNET && reach.compareTo(Reach.of(service.getHost())) < 0)) {
            throw Refused.because("the server named the host \"" + url.getHost() + "\", which is "
                    + (reach == Reach.MACHINE ? "on this machine" : "in a private network")
                    + " where the server itself is not.");
        }
        return url;
    }

    private Document exchange(HttpRequest request) {
        CompletableFuture<HttpResponse<byte[]>> answer = http.get().sendAsync(request, info -> new Bounded());
        try {
            HttpResponse<byte[]> response = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return new Document(response.statusCode(), parse(response.body()));
        } catch (TimeoutException slow) {
            answer.cancel(true);
            throw Refused.because(
                    request.uri().getAuthority() + " did not answer within " + PATIENCE.toSeconds() + " s.");
        } catch (ExecutionException broken) {
            throw Refused.because(request.uri().getAuthority() + " could not be asked ("
                    + GatewayException.unwrap(broken).getClass().getSimpleName() + ").");
        } catch (InterruptedException stopped) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw Refused.because("the gateway is stopping.");
        }
    }

    private static @Nullable Map<String, Object> parse(byte[] body) {
        try {
            return JSONObjectUtils.parse(new String(body, StandardCharsets.UTF_8));
        } catch (ParseException notJson) {
            return null;
        }
    }

    /** A body that fails as soon as it is too large. */
    private static final class Bounded implements HttpResponse.BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private @Nullable Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Subscription started) {
            subscription = started;
            started.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                if (bytes.size() + part.remaining() > LIMIT) {
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    body.completeExceptionally(new IOException("larger than " + LIMIT + " bytes"));
                    return;
                }
                byte[] copy = new byte[part.remaining()];
                part.get(copy);
                bytes.write(copy, 0, copy.length);
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete(bytes.toByteArray());
        }
    }
}

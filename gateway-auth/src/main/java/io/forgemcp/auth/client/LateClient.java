package io.forgemcp.auth.client;

import java.net.http.HttpClient;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One HTTP client for all that ask for it, made for the first one. Follows no redirects. Thread-safe. */
final class LateClient implements Supplier<HttpClient> {
    private @Nullable HttpClient made;

    @Override
    public synchronized HttpClient get() {
        HttpClient client = made;
        if (client == null) {
            client = HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(Documents.PATIENCE)
                    .build();
            made = client;
        }
        return client;
    }
}

package io.forgemcp.auth.client;

import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.net.URI;

/** The HTTP client of one service: adds its token, and gets one where the server wants it. Thread-safe; never blocks. */
final class ServiceExchanger implements HttpExchanger {
    private final HttpExchanger http;
    private final ServiceGrant grant;

    ServiceExchanger(HttpExchanger http, ServiceGrant grant) {
        this.http = http;
        this.grant = grant;
    }

    @Override
    public UpstreamChannel.Exchange send(Call call, Listener listener) {
        Attempt attempt = new Attempt(http, grant, call, listener);
        attempt.start();
        return attempt;
    }

    @Override
    public void evict(URI origin) {
        http.evict(origin);
    }

    /** The client belongs to all services. */
    @Override
    public void close() {}
}

package io.forgemcp.server.client;

import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** One exchange: Jetty's events become the listener's, exactly one of them the last. Jetty calls in order. */
final class JettyCall implements Response.Listener, Request.HeadersListener, UpstreamChannel.Exchange {
    private final Request request;
    private final HttpExchanger.Listener listener;
    /**
     * Set before the first byte is written: that the write has succeeded is told on another thread, and the end of the
     * connection may be heard before it.
     */
    private volatile boolean written;

    private volatile boolean cancelled;

    JettyCall(Request request, HttpExchanger.Listener listener) {
        this.request = request;
        this.listener = listener;
    }

    @Override
    public void onHeaders(Request ready) {
        written = true;
    }

    @Override
    public void onHeaders(Response response) {
        if (!cancelled) {
            listener.onHeaders(response.getStatus(), name -> value(response.getHeaders(), name));
        }
    }

    private static @Nullable String value(HttpFields headers, String name) {
        return name.equalsIgnoreCase("WWW-Authenticate") && headers.contains(name)
                ? String.join(", ", headers.getValuesList(name))
                : headers.get(name);
    }

    @Override
    public void onContent(Response response, ByteBuffer part) {
        if (!cancelled) {
            listener.onContent(part);
        }
    }

    /** Comes after the connection is back in the pool, so that a request sent from here finds it there. */
    @Override
    public void onComplete(Result result) {
        Throwable failure = result.getFailure();
        if (failure == null && !cancelled) {
            listener.onComplete();
        } else {
            listener.onFailure(failure == null ? new CancellationException("Given up") : failure, written);
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        request.abort(new CancellationException("Given up"));
    }
}

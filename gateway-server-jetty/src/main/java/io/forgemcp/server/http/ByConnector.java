package io.forgemcp.server.http;

import java.util.Map;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Gives a request to the handler of the listener that it came in on, so that several listeners share one server. */
public final class ByConnector extends Handler.Abstract.NonBlocking {
    private final Map<Connector, GatewayHandler> handlers;

    /** @param handlers for every connector of the server */
    public ByConnector(Map<Connector, GatewayHandler> handlers) {
        this.handlers = Map.copyOf(handlers);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        GatewayHandler handler = handlers.get(request.getConnectionMetaData().getConnector());
        return handler != null && handler.handle(request, response, callback);
    }
}

package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.Viewer;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.upstream.ClientKey;
import org.jspecify.annotations.Nullable;

/** The caller of a modern request, with the conversations that its capabilities lead to. */
record ModernViewer(ModernRequest request, ModernClients clients) implements Viewer {
    @Override
    public Caller caller() {
        return request.caller();
    }

    @Override
    public @Nullable String virtualServer() {
        return request.virtualServer();
    }

    @Override
    public ClientKey client() {
        return clients.key(request.caller(), request.meta().capabilities());
    }
}

package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.Catalog;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.upstream.UpstreamListener;
import org.jspecify.annotations.Nullable;

/**
 * What servers say of their own accord, outside any call: a changed list makes the gateway ask again; what was said in
 * one client's own session goes to that client if it listens, and to nobody else. Thread-safe.
 */
public final class ServerMessages implements UpstreamListener {
    private static final String NOTIFICATIONS = "notifications/";
    private static final String CHANGED = "/list_changed";

    private volatile @Nullable ClientSessions sessions;
    private volatile @Nullable Catalog catalog;

    /** Says who is to hear. Before this nothing is heard, because no server has been spoken to. */
    public void connect(ClientSessions clients, Catalog lists) {
        sessions = clients;
        catalog = lists;
    }

    @Override
    public void onNotification(ServiceName service, ClientKey client, Message notification) {
        Catalog lists = catalog;
        ClientSessions clients = sessions;
        if (lists == null || clients == null) {
            return;
        }
        String method = notification.method();
        if (method.startsWith(NOTIFICATIONS) && method.endsWith(CHANGED)) {
            lists.serverChanged(service, method.substring(NOTIFICATIONS.length(), method.length() - CHANGED.length()));
            return;
        }
        ClientSession session = clients.find(client);
        if (session != null) {
            session.push(notification.bytes());
        }
    }

    /** Only the client whose conversation it is can be asked; it may have closed its session meanwhile. */
    @Override
    public void onRequest(ServiceName service, ClientKey client, Message request, ReverseAnswer answer) {
        ClientSessions clients = sessions;
        ClientSession session = clients == null ? null : clients.find(client);
        if (session == null) {
            UpstreamListener.super.onRequest(service, client, request, answer);
        } else {
            session.questions().ask(session.profile(), request, answer, session::push);
        }
    }
}

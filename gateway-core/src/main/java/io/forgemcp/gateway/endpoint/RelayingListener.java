package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ReverseAnswer;

/** Passes on what a server says while a call is under way; how the call ends is another's to say. */
public abstract class RelayingListener implements CallListener {
    private final CallListener listener;

    protected RelayingListener(CallListener listener) {
        this.listener = listener;
    }

    /** Who hears it. */
    protected final CallListener listener() {
        return listener;
    }

    @Override
    public final void onNotification(Message notification) {
        listener.onNotification(notification);
    }

    @Override
    public final void onRequest(Message question, ReverseAnswer answer) {
        listener.onRequest(question, answer);
    }

    @Override
    public final void onPostponed() {
        listener.onPostponed();
    }
}

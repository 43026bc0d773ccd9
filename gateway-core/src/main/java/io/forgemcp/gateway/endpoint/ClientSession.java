package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * One client's session (MCP 2025-11-25, Session Management): who it is, which virtual server it uses, what it has under
 * way. A session that is not kept serves a single request of a client without one. Thread-safe.
 */
final class ClientSession {
    private final String id;
    private final Caller caller;
    private final @Nullable String virtualServer;
    private final Map<RequestId, Call> calls = new ConcurrentHashMap<>();
    private final List<EventStream> streams = new CopyOnWriteArrayList<>();
    private volatile ClientProfile profile;
    private volatile @Nullable ServerView told;
    private volatile long lastUsed;

    ClientSession(String id, ClientKey key, Caller caller, @Nullable String virtualServer, long now) {
        this.id = id;
        this.profile = ClientProfile.plain(key);
        this.caller = caller;
        this.virtualServer = virtualServer;
        this.lastUsed = now;
    }

    String id() {
        return id;
    }

    ClientKey key() {
        return profile.key();
    }

    /** What its client declared; nothing before initialize. */
    ClientProfile profile() {
        return profile;
    }

    Caller caller() {
        return caller;
    }

    @Nullable
    String virtualServer() {
        return virtualServer;
    }

    ProtocolVersion version() {
        return profile.version();
    }

    /** Notes what initialize agreed on and what the client declared with it. */
    void initialized(ProtocolVersion negotiated, JsonSlice capabilities) {
        profile = new ClientProfile(key(), negotiated, capabilities);
    }

    /** What its client was told last about the lists; null before the first time. */
    @Nullable
    ServerView told() {
        return told;
    }

    void told(ServerView view) {
        told = view;
    }

    /** @param now on the clock that never jumps */
    void used(long now) {
        lastUsed = now;
    }

    /** Whether it may be forgotten: unused for so long, nothing under way, no stream open. */
    boolean idle(long now, long idleNanos) {
        return now - lastUsed > idleNanos && calls.isEmpty() && streams.isEmpty();
    }

    /** Notes a call under way, so that the client can cancel it. */
    void began(RequestId request, Call call) {
        calls.put(request, call);
    }

    void ended(RequestId request) {
        calls.remove(request);
    }

    /** Cancels the call with this id if it is still under way. */
    void cancel(RequestId request, String reason) {
        Call call = calls.remove(request);
        if (call != null) {
            call.cancel(reason);
        }
    }

    void opened(EventStream stream) {
        streams.add(stream);
    }

    void closed(EventStream stream) {
        streams.remove(stream);
    }

    boolean hasStream() {
        return !streams.isEmpty();
    }

    /** Sends a message that belongs to no request: on one stream only, as the specification demands. */
    void push(byte[] json) {
        for (EventStream stream : streams) {
            stream.event(null, json);
            return;
        }
    }

    /** Gives up everything that is under way and closes the streams. */
    void end(String reason) {
        for (RequestId request : calls.keySet()) {
            cancel(request, reason);
        }
        for (EventStream stream : streams) {
            stream.close();
        }
        streams.clear();
    }
}

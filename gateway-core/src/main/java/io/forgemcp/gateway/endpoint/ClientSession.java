package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's session (MCP 2025-11-25, Session Management): who it is, which virtual server it uses, what it has under
 * way. A session that is not kept serves a single request of a client without one. Thread-safe.
 */
final class ClientSession implements Viewer {
    private final String id;
    private final Caller caller;
    private final @Nullable String virtualServer;
    private final Map<RequestId, ClientCall> calls = new ConcurrentHashMap<>(2);
    private final ClientState state;
    private final SlowCalls slow;
    private volatile @Nullable LogLevel logLevel;
    private volatile ClientProfile profile;
    private volatile @Nullable ServerView told;
    private volatile long lastUsed;

    ClientSession(
            String id,
            ClientKey key,
            Caller caller,
            @Nullable String virtualServer,
            ClientState state,
            SlowCalls slow,
            long now) {
        this.id = id;
        this.profile = ClientProfile.plain(key);
        this.caller = caller;
        this.virtualServer = virtualServer;
        this.state = state;
        this.slow = slow;
        this.lastUsed = now;
    }

    String id() {
        return id;
    }

    ClientKey key() {
        return profile.key();
    }

    @Override
    public ClientKey client() {
        return key();
    }

    /** False for the passing one of a request that came without a session. */
    boolean lasts() {
        return !id.isEmpty();
    }

    /** What its client declared; nothing before initialize. */
    ClientProfile profile() {
        return profile;
    }

    @Override
    public Caller caller() {
        return caller;
    }

    @Override
    public @Nullable String virtualServer() {
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

    /**
     * Whether it may be forgotten: unused for so long, nothing under way, no stream open. What is under way or open now is
     * use, so that a client whose stream breaks after hours has time to come back.
     */
    boolean idle(long now, long idleNanos) {
        if (!calls.isEmpty() || state.streams().isListening()) {
            lastUsed = now;
        }
        return now - lastUsed > idleNanos;
    }

    /** For how many nanoseconds its client has been away: nothing under way, no stream open, nothing asked. */
    long away(long now) {
        return idle(now, Long.MAX_VALUE) ? Long.MAX_VALUE : Math.max(0, now - lastUsed);
    }

    /** Notes a call under way, so that the client can cancel it. */
    void began(RequestId request, ClientCall call) {
        calls.put(request, call);
        slow.began();
    }

    void ended(RequestId request, ClientCall call) {
        calls.remove(request, call);
    }

    /** Notices calls that take long; false if none is under way. */
    boolean lookAtCalls() {
        for (ClientCall call : calls.values()) {
            call.look();
        }
        return !calls.isEmpty();
    }

    /** Cancels the call with this id if it is still under way. */
    void cancel(RequestId request, String reason) {
        ClientCall call = calls.remove(request);
        if (call != null) {
            call.cancel(reason);
        }
    }

    /** Drops what nobody will ask for any more. */
    void forget(long now) {
        state.forget(now);
    }

    SessionStreams streams() {
        return state.streams();
    }

    ClientTasks tasks() {
        return state.tasks();
    }

    Subscriptions subscriptions() {
        return state.subscriptions();
    }

    /** The least severe log messages that the client wants; null if it never said, which means all. */
    @Nullable
    LogLevel logLevel() {
        return logLevel;
    }

    void logLevel(LogLevel level) {
        logLevel = level;
    }

    /** What servers have asked of the client. */
    OpenQuestions questions() {
        return state.questions();
    }

    /** Whether streams begin with an event that can be resumed from (MCP 2025-11-25, Transports). */
    boolean primes() {
        return version().compareTo(ProtocolVersion.V2025_11_25) >= 0;
    }

    /**
     * Says something that belongs to no request: on one stream only, as the specification demands.
     *
     * @return false if the client has no stream open
     */
    boolean push(byte[] json) {
        if (state.streams().push(json)) {
            return true;
        }
        for (ClientCall call : calls.values()) {
            if (call.say(json)) {
                return true;
            }
        }
        return false;
    }

    /** Brings a server's question to the client, with the client's ids of tasks. */
    void ask(ServiceName service, Message request, ReverseAnswer answer, OpenQuestions.Way way) {
        ClientTasks tasks = state.tasks();
        state.questions().ask(profile, tasks.exposed(service, request), new TaskAnswer(tasks, answer), way);
    }

    /** Puts the server's own id of a task into the client's answer. */
    private record TaskAnswer(ClientTasks tasks, ReverseAnswer answer) implements ReverseAnswer {
        @Override
        public void answer(Message message) {
            answer.answer(tasks.atServer(message));
        }

        @Override
        public void refuse(GatewayException reason) {
            answer.refuse(reason);
        }

        @Override
        public void tell(Message notification) {
            answer.tell(notification);
        }

        @Override
        public void onWithdrawn(Consumer<String> action) {
            answer.onWithdrawn(action);
        }
    }

    /** Gives up everything that is under way and closes the streams. */
    void end(String reason) {
        for (RequestId request : calls.keySet()) {
            cancel(request, reason);
        }
        state.end();
    }
}

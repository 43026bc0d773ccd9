package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.upstream.UpstreamSession;
import io.forgemcp.gateway.upstream.Upstreams;
import io.forgemcp.gateway.virtualserver.Route;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The whole life of a call in one place: the service is leased, which wakes it if it sleeps; the request goes to the
 * instance in the caller's own session; the lease ends with the answer, so that nothing else keeps the service awake. A call of
 * which nothing was given to an instance that ended is sent to the next one, once.
 * Thread-safe; never blocks.
 */
public final class CallPath {
    private final ServiceManager services;
    private final Upstreams upstreams;
    private final CallRecorder recorder;
    private final Supplier<Duration> startTimeout;

    /** @param startTimeout how long a service may take to start or wake before the call fails; asked for every call */
    public CallPath(
            ServiceManager services, Upstreams upstreams, CallRecorder recorder, Supplier<Duration> startTimeout) {
        this.services = services;
        this.upstreams = upstreams;
        this.recorder = recorder;
        this.startTimeout = startTimeout;
    }

    /**
     * Sends a request where the route leads. The listener hears exactly one answer or failure, whatever happens.
     *
     * @return a handle by which the caller gives up
     */
    public Call send(ClientProfile client, Route route, UpstreamRequest request, CallListener listener) {
        return send(new LeasedCall(this, client, route, request, listener, LeasedCall.Kind.CALL));
    }

    /** As {@link #send(ClientProfile, Route, UpstreamRequest, CallListener)}, of what is to be where the client holds a lease. */
    public Call sendBound(ClientProfile client, Route route, UpstreamRequest request, CallListener listener) {
        return send(new LeasedCall(this, client, route, request, listener, LeasedCall.Kind.BOUND));
    }

    /** As above, for what the gateway asks on its own account: nobody's call, so it is not counted as one. */
    public Call sendUncounted(ClientProfile client, Route route, UpstreamRequest request, CallListener listener) {
        return send(new LeasedCall(this, client, route, request, listener, LeasedCall.Kind.UNCOUNTED));
    }

    private Call send(LeasedCall call) {
        Route route = call.route();
        Duration patience = startTimeout.get();
        CompletableFuture<Lease> lease =
                services.acquire(route.service(), call.client().key(), patience).toCompletableFuture();
        if (!lease.isDone()) {
            call.waits(patience);
            announceWake(route, call.request(), call.listener());
        }
        // A running service answers at once: then there is no stage to build and no thread to change.
        lease.whenComplete(call);
        return call;
    }

    ServiceManager services() {
        return services;
    }

    Upstreams upstreams() {
        return upstreams;
    }

    CallRecorder recorder() {
        return recorder;
    }

    /** How long a service may take to start or wake, of a call that has so much time left. */
    Duration patience(Duration left) {
        Duration patience = startTimeout.get();
        return patience.compareTo(left) < 0 ? patience : left;
    }

    private void announceWake(Route route, UpstreamRequest request, CallListener listener) {
        Message notice = wakeNotice(request.message(), route.service());
        if (notice != null) {
            listener.onNotification(notice);
        }
    }

    private @Nullable Message wakeNotice(Message request, ServiceName service) {
        return WakeNotice.of(request, service, services.expectedWake(service));
    }

    /**
     * What a client is told whose request has to wait until this service has said what it offers.
     *
     * @return null if the service runs, or if the client has not asked for progress
     */
    public byte @Nullable [] firstWakeNotice(Message request, ServiceName service) {
        boolean runs = services.status(service)
                .map(status -> status.state() == ServiceState.RUNNING)
                .orElse(true);
        Message notice = runs ? null : wakeNotice(request, service);
        return notice == null ? null : notice.bytes();
    }

    /**
     * Leases the service for longer than a call; what the client asks meanwhile goes to the same instance. Fails with a {@code
     * GatewayException} if it cannot be had.
     */
    public CompletionStage<Lease> hold(ClientProfile client, Route route) {
        return services.hold(route.service(), client.key(), startTimeout.get());
    }

    /** As {@link #hold}, for updates: nobody else is put to sleep for it, and the caller makes the lease one that yields. */
    public CompletionStage<Lease> listen(ClientProfile client, Route route) {
        return services.listen(route.service(), client.key(), startTimeout.get());
    }

    /**
     * The conversation of the client with the instance of a lease that it holds, opened if need be. Wakes nobody; fails with a
     * {@code GatewayException}, also when the instance is gone.
     */
    public CompletionStage<UpstreamSession> conversation(Lease lease, ClientProfile client) {
        return upstreams.session(lease.target(), client);
    }

    /** As {@link #conversation}, of one that is there already; null if there is none. */
    public @Nullable UpstreamSession openConversation(Lease lease, ClientProfile client) {
        return upstreams.openSession(lease.target(), client);
    }

    /** Whether an instance of the service is awake, so that a lease would be had without waking one. */
    public boolean isRunning(ServiceName service) {
        return services.isRunning(service);
    }

    /** Whether there is such a service now. */
    public boolean leadsTo(ServiceName service) {
        return services.definition(service).isPresent();
    }

    /** Whether all clients share one conversation with the service. */
    public boolean isShared(ServiceName name) {
        return services.definition(name)
                .filter(service -> service.isolation() == Isolation.SHARED)
                .isPresent();
    }

    /** The conversations that all clients share with the service, open or being opened; empty if they share none. */
    public List<UpstreamSession> sharedConversations(ServiceName service) {
        return upstreams.shared(service);
    }

    /** Sends a request to every server that has this capability and a conversation with this client alone. */
    public void ask(ClientProfile client, String capability, Message request) {
        upstreams.askAll(client.key(), capability, request);
    }

    /** Passes a notification of the client on to every server that has a conversation with this client alone. */
    void tell(ClientProfile client, Message notification) {
        upstreams.notifyAll(client.key(), notification);
    }
}

package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.upstream.UpstreamSession;
import io.forgemcp.gateway.upstream.Upstreams;
import io.forgemcp.gateway.virtualserver.Route;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The whole life of a call in one place: the service is leased, which wakes it if it sleeps; the request goes to the
 * instance in the caller's own session; the lease ends with the answer, so that nothing else keeps the service awake.
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
        return send(new LeasedCall(client, route, request, listener, true));
    }

    /** As above, for what the gateway asks on its own account: nobody's call, so it is not counted as one. */
    public Call sendUncounted(ClientProfile client, Route route, UpstreamRequest request, CallListener listener) {
        return send(new LeasedCall(client, route, request, listener, false));
    }

    private Call send(LeasedCall call) {
        Route route = call.route;
        CompletableFuture<Lease> lease = services.acquire(route.service(), call.client.key(), startTimeout.get())
                .toCompletableFuture();
        if (!lease.isDone()) {
            announceWake(route, call.request, call.listener);
        }
        // A running service answers at once: then there is no stage to build and no thread to change.
        lease.whenComplete(call);
        return call;
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

    /** One call from lease to answer. */
    private final class LeasedCall implements Call, CallListener, BiConsumer<@Nullable Lease, @Nullable Throwable> {
        private static final Object WAITING = new Object();
        private static final Object DONE = new Object();

        private final ClientProfile client;
        private final Route route;
        private final UpstreamRequest request;
        private final CallListener listener;
        private final boolean counted;
        private final long started = System.nanoTime();
        /** {@link #WAITING} for the lease, then the lease, then {@link #DONE}. */
        private final AtomicReference<Object> state = new AtomicReference<>(WAITING);

        private volatile @Nullable Call sent;

        private LeasedCall(
                ClientProfile client, Route route, UpstreamRequest request, CallListener listener, boolean counted) {
            this.client = client;
            this.route = route;
            this.request = request;
            this.listener = listener;
            this.counted = counted;
        }

        /** The service is awake, or cannot be had. */
        @Override
        public void accept(@Nullable Lease lease, @Nullable Throwable failure) {
            if (lease == null) {
                onFailure(GatewayException.of(
                        failure == null ? new IllegalStateException("neither lease nor failure") : failure));
            } else if (!state.compareAndSet(WAITING, lease)) {
                lease.close();
            } else {
                try {
                    sent = upstreams.send(lease.target(), client, request, this);
                } catch (RuntimeException defect) {
                    onFailure(GatewayException.of(defect));
                }
                if (state.get() == DONE) {
                    cancelSent("the caller gave up");
                }
            }
        }

        @Override
        public void onNotification(Message notification) {
            if (state.get() != DONE) {
                listener.onNotification(notification);
            }
        }

        @Override
        public void onRequest(Message request, ReverseAnswer answer) {
            if (state.get() == DONE) {
                answer.refuse(new GatewayException(ErrorCode.CANCELLED, "The caller gave up."));
            } else {
                listener.onRequest(request, answer);
            }
        }

        @Override
        public void onPostponed() {
            if (state.get() != DONE) {
                listener.onPostponed();
            }
        }

        @Override
        public void onAnswer(Message answer) {
            if (finish()) {
                if (counted) {
                    recorder.answered(route, answer, started);
                }
                listener.onAnswer(answer);
            }
        }

        @Override
        public void onFailure(GatewayException failure) {
            if (finish()) {
                failed(failure);
                listener.onFailure(failure);
            }
        }

        private void failed(GatewayException failure) {
            if (counted) {
                recorder.failed(route, failure, started);
            }
        }

        @Override
        public void cancel(@Nullable String reason) {
            if (finish()) {
                cancelSent(reason);
                GatewayException cancelled =
                        new GatewayException(ErrorCode.CANCELLED, "The call was cancelled: " + reason);
                failed(cancelled);
                listener.onFailure(cancelled);
            }
        }

        private void cancelSent(@Nullable String reason) {
            Call call = sent;
            if (call != null) {
                call.cancel(reason);
            }
        }

        /** Ends the lease; false if the call was over already. */
        private boolean finish() {
            Object before = state.getAndSet(DONE);
            if (before instanceof Lease lease) {
                lease.close();
            }
            return before != DONE;
        }
    }
}

package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.upstream.Undelivered;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.virtualserver.Route;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One call from lease to answer. If its instance ends, or cannot be spoken to, before anything of the call was given to it, the
 * call goes to the instance that follows, once and within its own time: for its client it is as if it had come a moment later.
 */
final class LeasedCall implements Call, CallListener, BiConsumer<@Nullable Lease, @Nullable Throwable> {
    /** Whose call it is, and where it may go. */
    enum Kind {
        /** A client's. */
        CALL,
        /** A client's, about something that lives in an instance which the client holds. */
        BOUND,
        /** The gateway's own, so nobody's. */
        UNCOUNTED
    }

    private static final Object WAITING = new Object();
    private static final Object DONE = new Object();

    /** What a server that has just started answers as well as the one that was asked, because it says all that it needs. */
    private static final Set<String> SELF_CONTAINED =
            Set.of("tools/call", "prompts/get", "resources/read", "completion/complete");

    private final CallPath path;
    private final ClientProfile client;
    private final Route route;
    private final UpstreamRequest request;
    private final CallListener listener;
    private final Kind kind;
    private final long started = System.nanoTime();
    /** {@link #WAITING} for the lease, then the lease, then {@link #DONE}. */
    private final AtomicReference<Object> state = new AtomicReference<>(WAITING);

    private volatile @Nullable Call sent;
    /** As it was sent to the next instance. */
    private volatile @Nullable Call resent;

    private volatile boolean moved;
    /** In which its service is to be ready, from {@link #waitingSince}; null if it was running. */
    private @Nullable Duration wakeTime;

    private long waitingSince;

    LeasedCall(
            CallPath path,
            ClientProfile client,
            Route route,
            UpstreamRequest request,
            CallListener listener,
            Kind kind) {
        this.path = path;
        this.client = client;
        this.route = route;
        this.request = request;
        this.listener = listener;
        this.kind = kind;
    }

    ClientProfile client() {
        return client;
    }

    Route route() {
        return route;
    }

    UpstreamRequest request() {
        return request;
    }

    CallListener listener() {
        return listener;
    }

    /** It has to wait for its service: what follows on the wake counts as well. To be told before it {@link #accept}s. */
    void waits(Duration atMost) {
        wakeTime = atMost;
        waitingSince = path.upstreams().now();
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
                Duration patience = wakeTime;
                sent = patience == null
                        ? path.upstreams().send(lease.target(), client, request, this)
                        : path.upstreams().send(lease.target(), client, request, this, patience, waitingSince);
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
            if (kind != Kind.UNCOUNTED) {
                path.recorder().answered(route, answer, started);
            }
            listener.onAnswer(answer);
        }
    }

    @Override
    public void onFailure(GatewayException failure) {
        if (failure instanceof Undelivered undelivered && moves(undelivered)) {
            return;
        }
        if (finish()) {
            failed(failure);
            listener.onFailure(failure);
        }
    }

    /** Waits for the next instance, unless that would be of no use; false if the call is to end with this failure. */
    private boolean moves(Undelivered failure) {
        Duration left = request.timeout().minusNanos(System.nanoTime() - started);
        if (moved || left.isNegative() || left.isZero() || !isMovable() || !(state.get() instanceof Lease lost)) {
            return false;
        }
        moved = true;
        if (!state.compareAndSet(lost, WAITING)) {
            return false;
        }
        lost.close();
        // What ended of itself before it could be spoken to most likely would again, and its client waits to hear why.
        GatewayException toAFailed = failure.spoken() ? null : failure;
        path.services()
                .acquireAgain(route.service(), client.key(), path.patience(left), toAFailed)
                .whenComplete((next, refusal) -> move(lost, failure, next, refusal));
        return true;
    }

    private boolean isMovable() {
        Message message = request.message();
        return kind == Kind.CALL && SELF_CONTAINED.contains(message.method()) && !message.has(Field.TASK);
    }

    private void move(Lease lost, Undelivered why, @Nullable Lease next, @Nullable Throwable refusal) {
        Duration left = request.timeout().minusNanos(System.nanoTime() - started);
        if (next == null) {
            onFailure(GatewayException.of(refusal == null ? why : refusal));
        } else if (left.isNegative() || left.isZero() || isSame(lost, next)) {
            next.close();
            onFailure(why);
        } else if (!state.compareAndSet(WAITING, next)) {
            next.close();
        } else {
            try {
                resent = path.upstreams().send(next.target(), client, request.within(left), this);
            } catch (RuntimeException defect) {
                onFailure(GatewayException.of(defect));
            }
            if (state.get() == DONE) {
                cancelSent("the caller gave up");
            }
        }
    }

    /** Whether it is there as before, as what runs elsewhere always is: nothing has changed that would help. */
    private static boolean isSame(Lease lost, Lease next) {
        return next.target().instance().equals(lost.target().instance());
    }

    private void failed(GatewayException failure) {
        if (kind != Kind.UNCOUNTED) {
            path.recorder().failed(route, failure, started);
        }
    }

    @Override
    public void cancel(@Nullable String reason) {
        if (finish()) {
            cancelSent(reason);
            GatewayException cancelled = new GatewayException(ErrorCode.CANCELLED, "The call was cancelled: " + reason);
            failed(cancelled);
            listener.onFailure(cancelled);
        }
    }

    private void cancelSent(@Nullable String reason) {
        Call later = resent;
        Call call = later == null ? sent : later;
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

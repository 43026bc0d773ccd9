package io.forgemcp.auth.client;

import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One request, sent again with another token if the server refuses the first: a refused request did not run. */
final class Attempt implements HttpExchanger.Listener, UpstreamChannel.Exchange {
    /** A token that was just renewed and one that another call renewed meanwhile. */
    private static final int MAX_RETRIES = 2;

    private static final AtomicReferenceFieldUpdater<Attempt, UpstreamChannel.Exchange> CURRENT =
            AtomicReferenceFieldUpdater.newUpdater(Attempt.class, UpstreamChannel.Exchange.class, "current");

    private final HttpExchanger http;
    private final ServiceGrant grant;
    private final HttpExchanger.Call call;
    private final HttpExchanger.Listener listener;
    /** What runs now; a round that was answered before it could be kept here leaves a later one alone. */
    private volatile UpstreamChannel.@Nullable Exchange current;

    private int kept;
    private volatile boolean cancelled;
    private volatile @Nullable String used;
    private volatile int retries;
    private volatile @Nullable Challenge challenge;

    Attempt(HttpExchanger http, ServiceGrant grant, HttpExchanger.Call call, HttpExchanger.Listener listener) {
        this.http = http;
        this.grant = grant;
        this.call = call;
        this.listener = listener;
    }

    void start() {
        Granted granted = grant.granted();
        if (granted == null) {
            send(null);
        } else if (grant.wantsRenewal(granted)) {
            proceed(grant.renew(granted));
        } else {
            send(granted.tokens().access());
        }
    }

    private void proceed(CompletionStage<@Nullable String> token) {
        token.whenComplete((text, failure) -> {
            if (failure == null && cancelled) {
                listener.onFailure(
                        new CancellationException("cancelled while the gateway was being authorised"), false);
            } else if (failure == null) {
                send(text);
            } else {
                listener.onFailure(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure,
                        false);
            }
        });
    }

    private void send(@Nullable String token) {
        used = token;
        challenge = null;
        HttpExchanger.Call next = call;
        if (token != null) {
            List<String> headers = new ArrayList<>(call.headers());
            headers.add("Authorization");
            headers.add("Bearer " + token);
            next = new HttpExchanger.Call(call.method(), call.url(), headers, call.body());
        }
        int round = retries;
        UpstreamChannel.Exchange started = http.send(next, this);
        if (round > 0 || !CURRENT.compareAndSet(this, null, started)) {
            replace(round, started);
        }
        if (cancelled) {
            started.cancel();
        }
    }

    private synchronized void replace(int round, UpstreamChannel.Exchange started) {
        if (round > kept) {
            kept = round;
            current = started;
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        UpstreamChannel.Exchange running = current;
        if (running != null) {
            running.cancel();
        }
    }

    @Override
    public void onHeaders(int status, Function<String, @Nullable String> headers) {
        if ((status == 401 || status == 403) && retries < MAX_RETRIES) {
            Challenge heard = Challenge.of(status, headers.apply("WWW-Authenticate"));
            if (heard.wantsMoreScope() || (status == 401 && (heard.bearer() || used != null))) {
                challenge = heard;
                return;
            }
        }
        listener.onHeaders(status, headers);
    }

    @Override
    public void onContent(ByteBuffer part) {
        if (challenge == null) {
            listener.onContent(part);
        }
    }

    @Override
    public void onComplete() {
        Challenge heard = challenge;
        if (heard == null) {
            listener.onComplete();
        } else {
            settle(heard);
        }
    }

    @Override
    public void onFailure(Throwable failure, boolean delivered) {
        Challenge heard = challenge;
        if (heard == null) {
            listener.onFailure(failure, delivered);
        } else {
            settle(heard);
        }
    }

    private void settle(Challenge heard) {
        boolean renewed = retries > 0;
        retries = retries + 1;
        CompletionStage<@Nullable String> token;
        try {
            token = grant.challenged(heard, used, renewed);
        } catch (RuntimeException stopping) {
            listener.onFailure(stopping, false);
            return;
        }
        proceed(token);
    }
}

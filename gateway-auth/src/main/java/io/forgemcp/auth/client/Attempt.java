package io.forgemcp.auth.client;

import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One request, sent again with another token if the server refuses the first: a refused request did not run. */
final class Attempt implements HttpExchanger.Listener, UpstreamChannel.Exchange {
    /** A token that was just renewed and one that another call renewed meanwhile. */
    private static final int MAX_RETRIES = 2;

    private final HttpExchanger http;
    private final AuthorizingExchanger owner;
    private final HttpExchanger.Call call;
    private final HttpExchanger.Listener listener;
    private UpstreamChannel.@Nullable Exchange current;
    private boolean cancelled;
    private volatile @Nullable String used;
    private volatile int retries;
    private volatile @Nullable Challenge challenge;

    Attempt(HttpExchanger http, AuthorizingExchanger owner, HttpExchanger.Call call, HttpExchanger.Listener listener) {
        this.http = http;
        this.owner = owner;
        this.call = call;
        this.listener = listener;
    }

    /** @param grant null if the server has never asked for a token */
    void start(@Nullable ServerGrant grant) {
        if (grant == null) {
            send(null);
        } else {
            proceed(grant.token());
        }
    }

    private void proceed(CompletionStage<@Nullable String> token) {
        token.whenComplete((text, failure) -> {
            if (failure == null) {
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
        UpstreamChannel.Exchange started = http.send(next, this);
        boolean tooLate;
        synchronized (this) {
            current = started;
            tooLate = cancelled;
        }
        if (tooLate) {
            started.cancel();
        }
    }

    @Override
    public void cancel() {
        UpstreamChannel.Exchange running;
        synchronized (this) {
            cancelled = true;
            running = current;
        }
        if (running != null) {
            running.cancel();
        }
    }

    @Override
    public void onHeaders(int status, Function<String, @Nullable String> headers) {
        if ((status == 401 || status == 403) && retries < MAX_RETRIES) {
            String header = headers.apply("WWW-Authenticate");
            Challenge heard = Challenge.of(status, header);
            boolean bearer = header != null && header.toLowerCase(Locale.ROOT).contains("bearer");
            if (heard.wantsMoreScope() || (status == 401 && (bearer || used != null))) {
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
        ServerGrant grant = owner.findOrAdd(call.url());
        if (grant == null) {
            listener.onFailure(Refused.because("too many servers ask for authorization."), false);
            return;
        }
        boolean renewed = retries > 0;
        retries = retries + 1;
        proceed(grant.challenged(heard, used, renewed));
    }
}

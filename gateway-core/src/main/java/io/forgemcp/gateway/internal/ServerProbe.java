package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.HealthProbe;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.HealthCheck;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.UpstreamChannel;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.upstream.UpstreamTarget;
import io.forgemcp.gateway.upstream.Upstreams;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks servers whether they are well: by the HTTP path that their health check names, or else with an MCP ping in a
 * conversation that the gateway has with them. Any answer to a ping is a good one, even that there is no such method.
 */
public final class ServerProbe implements HealthProbe {
    private static final Message PING =
            Message.parse("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}".getBytes(StandardCharsets.UTF_8));
    private static final int FIRST_BAD_STATUS = 400;

    private final Upstreams upstreams;
    private final HttpExchanger http;
    private final Timers timers;

    public ServerProbe(Upstreams upstreams, HttpExchanger http, Timers timers) {
        this.upstreams = upstreams;
        this.http = http;
        this.timers = timers;
    }

    @Override
    public CompletionStage<Void> check(UpstreamTarget target) {
        HealthCheck check = target.service().healthCheck();
        if (check.path() != null && target.address() instanceof InstanceAddress.Http address) {
            return get(address.url().resolve(check.path()), check);
        }
        return ping(target, check);
    }

    @Override
    public CompletionStage<Void> firstWords(UpstreamTarget target) {
        return isItsClientsToBegin(target)
                ? CompletableFuture.completedFuture(null)
                : upstreams.session(target, ClientProfile.GATEWAY).thenApply(spoken -> null);
    }

    @Override
    public boolean isBeginning(UpstreamTarget target) {
        return upstreams.isBeginning(target.instance());
    }

    /** The first conversation belongs to the client, with the client's capabilities: not to be begun by a check. */
    private boolean isItsClientsToBegin(UpstreamTarget target) {
        return target.service().isolation() == Isolation.SESSION
                && target.address() instanceof InstanceAddress.Stdio
                && !upstreams.speaksTo(target.instance());
    }

    private CompletionStage<Void> ping(UpstreamTarget target, HealthCheck check) {
        if (isItsClientsToBegin(target)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        upstreams.send(
                target, ClientProfile.GATEWAY, new UpstreamRequest(PING, null, check.timeout()), new CallListener() {
                    @Override
                    public void onAnswer(Message message) {
                        answer.complete(null);
                    }

                    @Override
                    public void onFailure(GatewayException failure) {
                        answer.completeExceptionally(failure);
                    }
                });
        return answer;
    }

    private CompletionStage<Void> get(URI url, HealthCheck check) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        UpstreamChannel.Exchange exchange = http.send(
                new HttpExchanger.Call("GET", url, List.of("Accept", "*/*"), null), new HttpExchanger.Listener() {
                    @Override
                    public void onHeaders(int status, Function<String, @Nullable String> headers) {
                        if (status < FIRST_BAD_STATUS) {
                            answer.complete(null);
                        } else {
                            answer.completeExceptionally(
                                    new IllegalStateException(url.getPath() + " answered " + status));
                        }
                    }

                    @Override
                    public void onContent(ByteBuffer part) {}

                    @Override
                    public void onComplete() {
                        answer.completeExceptionally(new IllegalStateException(url.getPath() + " gave no answer"));
                    }

                    @Override
                    public void onFailure(Throwable failure, boolean delivered) {
                        answer.completeExceptionally(failure);
                    }
                });
        Timers.Cancellable timeout = timers.schedule(
                check.timeout(),
                () -> answer.completeExceptionally(new IllegalStateException(
                        "no answer after " + check.timeout().toMillis() + " ms")));
        answer.whenComplete((well, failure) -> {
            timeout.cancel();
            // The body is of no interest, and may never end.
            exchange.cancel();
        });
        return answer;
    }
}

package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The life of one child on a {@link ServerLink}. Its end shows twice, as the end of its output and as an exit with a
 * status; the first is needed to have heard its last message, the second to say how it ended, so both are waited for, but
 * not for long. Thread-safe.
 */
final class LinkRun implements ChannelListener, ServiceRuntime.ExitListener {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final ServerLink link;
    private final Timers timers;
    private final Map<RequestId, UpstreamChannel.Exchange> exchanges = new ConcurrentHashMap<>();
    private Servers.@Nullable Running child;
    private @Nullable String exit;
    private @Nullable String outputEnd;
    private boolean told;
    private boolean proven;
    private boolean over;
    private long since;

    LinkRun(ServerLink link, Timers timers) {
        this.link = link;
        this.timers = timers;
    }

    synchronized void child(Servers.Running started) {
        child = started;
        since = timers.nanoTime();
    }

    synchronized Servers.Running require() {
        if (child == null) {
            throw new IllegalStateException("The child has not been started");
        }
        return child;
    }

    synchronized boolean started() {
        return child != null;
    }

    /** It has answered something that a client asked. */
    synchronized void prove() {
        proven = true;
    }

    synchronized boolean proven() {
        return proven;
    }

    synchronized boolean livedFor(Duration time) {
        return child != null && timers.nanoTime() - since >= time.toNanos();
    }

    /** The handshake has succeeded: its revision is the connection's. */
    void agreed(Message answer) {
        JsonSlice result = answer.get(Message.Field.RESULT);
        String version = result == null ? null : result.textMember("protocolVersion");
        if (version != null) {
            require().channel().protocolVersion(version);
        }
    }

    /** Remembers how to give up a request. */
    void began(RequestId request, UpstreamChannel.Exchange exchange) {
        exchanges.put(request, exchange);
    }

    void ended(RequestId request) {
        exchanges.remove(request);
    }

    void cancel(RequestId request) {
        UpstreamChannel.Exchange exchange = exchanges.remove(request);
        if (exchange != null) {
            exchange.cancel();
        }
    }

    /** Ends what is left of it. Idempotent. */
    CompletionStage<Void> end() {
        Servers.Running started;
        synchronized (this) {
            over = true;
            started = child;
        }
        return started == null ? CompletableFuture.completedFuture(null) : started.end();
    }

    @Override
    public void onMessage(Message message) {
        link.received(this, message);
    }

    @Override
    public boolean onUnreadable(byte[] text, GatewayException reason) {
        return link.unreadable(this, text, reason);
    }

    @Override
    public void onClosed(GatewayException reason) {
        ended(null, reason.getMessage());
    }

    @Override
    public void exited(InstanceId id, String reason) {
        ended(reason, null);
    }

    private void ended(@Nullable String status, @Nullable String output) {
        boolean first;
        boolean complete;
        synchronized (this) {
            if (over) {
                return;
            }
            first = outputEnd == null && exit == null;
            outputEnd = output == null ? outputEnd : output;
            exit = status == null ? exit : status;
            complete = outputEnd != null && exit != null;
        }
        if (first) {
            link.ending(this);
            if (!complete) {
                timers.schedule(PATIENCE, this::tell);
            }
        }
        if (complete) {
            tell();
        }
    }

    private void tell() {
        String how;
        synchronized (this) {
            if (told || over) {
                return;
            }
            told = true;
            how = exit == null ? outputEnd : "The server ended (" + exit + ").";
        }
        link.lost(
                this,
                new GatewayException(
                        ErrorCode.OUTCOME_UNKNOWN,
                        how + " What was under way may or may not have run and is not repeated; the server is being"
                                + " started or reached again."));
    }
}

package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.UpstreamTransport;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A server on standard streams, served over streamable HTTP and HTTP+SSE. It passes messages on as they are: it knows no
 * tools and no limits of time, and gives each client a child of its own unless told otherwise. Thread-safe; nothing but closing blocks.
 *
 * <p>A child that dies is started again; what it had under way ends with an error. Requests of the revision 2026-07-28,
 * which know no sessions, share one child that is spoken to without a handshake.
 */
public final class Bridge implements AutoCloseable {
    private final BridgeSettings settings;
    private final Timers timers;
    private final Servers servers;
    private final Set<ServerLink> links = ConcurrentHashMap.newKeySet();
    /** Started ahead, so that a command that cannot run is noticed at once; the first client takes it. */
    private final AtomicReference<@Nullable ServerLink> spare = new AtomicReference<>();

    private final Sessions sessions;
    private final SharedConversation stateless;
    private final @Nullable SharedConversation shared;
    private final McpEndpoint streamableHttp;
    private final McpEndpoint sse;
    private volatile boolean closed;

    /**
     * @param server the command that speaks MCP on its standard streams
     * @param runtime starts it; closed by the caller, after the bridge
     * @param transport speaks to it
     */
    public Bridge(
            ServiceDefinition server,
            ServiceRuntime runtime,
            UpstreamTransport transport,
            Timers timers,
            BridgeSettings settings) {
        this.settings = settings;
        this.timers = timers;
        this.servers = new Servers(server, runtime, transport);
        this.stateless = new SharedConversation(lazily(), null);
        this.shared = settings.sharing() == BridgeSettings.Sharing.NONE ? null : sharedByAll();
        this.sessions = new Sessions(timers, settings, this::conversation);
        this.streamableHttp = new StreamableBridge(
                sessions, stateless, settings.sharing() == BridgeSettings.Sharing.STATELESS ? shared : null, timers);
        this.sse = new SseBridge(sessions, settings);
    }

    private ServerLink lazily() {
        return track(new ServerLink(servers, timers, Greeting.ofTheClient(), Nobody.INSTANCE));
    }

    private ServerLink track(ServerLink link) {
        links.add(link);
        return link;
    }

    private SharedConversation sharedByAll() {
        SharedHandshake handshake = new SharedHandshake(settings.version());
        ServerLink link = track(new ServerLink(servers, timers, handshake.greeting(), Nobody.INSTANCE));
        return new SharedConversation(link, handshake);
    }

    private Conversation conversation() {
        if (shared != null) {
            return shared;
        }
        ServerLink ahead = spare.getAndSet(null);
        ServerLink link = ahead != null ? ahead : lazily();
        return new OwnConversation(
                link, session -> sessions.end(session, "its server cannot be kept alive"), this::forget);
    }

    private void forget(ServerLink link) {
        links.remove(link);
    }

    /**
     * Starts the first child. The stage fails if it cannot be started; the bridge works all the same, and goes on trying.
     */
    public CompletionStage<Void> start() {
        if (shared != null) {
            return shared.open();
        }
        ServerLink first = lazily();
        spare.set(first);
        return first.open();
    }

    /** Answers at {@code /mcp}: POST, GET and DELETE. */
    public McpEndpoint streamableHttp() {
        return streamableHttp;
    }

    /** Answers at the paths of the settings: GET opens the stream, POST takes messages. */
    public McpEndpoint sse() {
        return sse;
    }

    /** How it is now. Cheap. */
    public Health health() {
        int down = 0;
        GatewayException reason = null;
        for (ServerLink link : links) {
            if (link.isDown()) {
                down++;
                reason = link.lastReason();
            }
        }
        return new Health(down == 0 && !closed, down, sessions.size(), reason == null ? null : reason.getMessage());
    }

    /** Refuses new sessions, ends all that there are, and waits some seconds for their children to end. Idempotent. */
    @Override
    public void close() {
        closed = true;
        List<ServerLink> all = List.copyOf(links);
        sessions.close();
        CompletableFuture.allOf(all.stream()
                        .map(link -> link.close().toCompletableFuture())
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    /**
     * @param healthy false while a child that should be there is not
     * @param childrenDown how many are dead or being started again
     * @param sessions how many clients have one
     * @param reason why the last of them went; null if all is well
     */
    public record Health(
            boolean healthy,
            int childrenDown,
            int sessions,
            @Nullable String reason) {}
}

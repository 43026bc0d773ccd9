package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The stream on which a modern server says what has changed ({@code subscriptions/listen}, MCP 2026-07-28). It belongs
 * to no call, so it keeps no server awake and wakes none (whoever wants to hear of resources does); when it ends it is opened again after a pause that doubles, and
 * opened anew when what is subscribed to changes.
 */
final class ListenStream {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final Duration SETTLING = Duration.ofMillis(10);

    private final Session session;
    private final SessionContext context;
    private final UpstreamChannel channel;
    private final @Nullable Handshake lists;
    private final Set<String> uris = new LinkedHashSet<>();
    private @Nullable Connection current;
    private Timers.@Nullable Cancellable reopening;
    private Duration pause = FIRST_PAUSE;
    private boolean settling;
    private boolean changedAgain;
    private boolean closed;

    /** @param lists what the server announced, where changes of its lists are of interest; null where they are not */
    ListenStream(Session session, SessionContext context, UpstreamChannel channel, @Nullable Handshake lists) {
        this.session = session;
        this.context = context;
        this.channel = channel;
        this.lists = lists;
    }

    /** Opens it if there is anything to listen for. */
    void open() {
        Connection fresh;
        byte[] params;
        synchronized (this) {
            if (closed || (lists == null && uris.isEmpty())) {
                return;
            }
            params = filter();
            fresh = new Connection(context.table().reserve());
            current = fresh;
        }
        Message listen = Messages.request(RequestId.of(0), "subscriptions/listen", params);
        UpstreamRequest request = new UpstreamRequest(listen, null, Duration.ZERO);
        fresh.started(channel.send(session.wire().request(request, ClientProfile.GATEWAY, false, fresh.id), fresh));
    }

    private byte[] filter() {
        StringJoiner wanted = new StringJoiner(",", "{\"notifications\":{", "}}");
        if (lists != null) {
            for (String list : new String[] {"tools", "prompts", "resources"}) {
                if (lists.announces(list)) {
                    wanted.add("\"" + list + "ListChanged\":true");
                }
            }
        }
        if (!uris.isEmpty()) {
            StringJoiner all = new StringJoiner(",", "\"resourceSubscriptions\":[", "]");
            uris.forEach(uri -> all.add(new String(JsonText.quote(uri), StandardCharsets.UTF_8)));
            wanted.add(all.toString());
        }
        return wanted.toString().getBytes(StandardCharsets.UTF_8);
    }

    void subscribe(String uri) {
        synchronized (this) {
            if (!uris.add(uri)) {
                return;
            }
        }
        changed();
    }

    void unsubscribe(String uri) {
        synchronized (this) {
            if (!uris.remove(uri)) {
                return;
            }
        }
        changed();
    }

    /** The first change is told at once, those that follow together: a thousand would be a thousand streams. */
    private void changed() {
        synchronized (this) {
            if (settling) {
                changedAgain = true;
                return;
            }
            settling = true;
        }
        context.timers().schedule(SETTLING, this::settled);
        openAnew();
    }

    private void settled() {
        synchronized (this) {
            settling = false;
            if (closed || !changedAgain) {
                return;
            }
            changedAgain = false;
        }
        changed();
    }

    private void openAnew() {
        Connection before;
        synchronized (this) {
            before = current;
            current = null;
        }
        // The new one first, so that nothing falls between the two.
        open();
        if (before != null) {
            before.give();
        }
    }

    void close() {
        Connection last;
        synchronized (this) {
            closed = true;
            last = current;
            current = null;
            if (reopening != null) {
                reopening.cancel();
            }
        }
        if (last != null) {
            last.give();
        }
    }

    private synchronized void reopenLater(Connection ended) {
        if (closed || current != ended) {
            return;
        }
        current = null;
        reopening = context.timers().schedule(pause, this::open);
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
    }

    private synchronized void alive() {
        pause = FIRST_PAUSE;
    }

    /** One attempt at the stream. */
    private final class Connection implements UpstreamChannel.Receiver {
        private final long id;
        private UpstreamChannel.@Nullable Exchange exchange;
        private boolean given;

        private Connection(long id) {
            this.id = id;
        }

        private void started(UpstreamChannel.Exchange opened) {
            boolean late;
            synchronized (this) {
                exchange = opened;
                late = given;
            }
            if (late) {
                end(opened);
            }
        }

        private void give() {
            UpstreamChannel.Exchange open;
            synchronized (this) {
                given = true;
                open = exchange;
            }
            if (open != null) {
                end(open);
            }
        }

        /** Over standard streams the server has to be told; it would send on for as long as it runs. */
        private void end(UpstreamChannel.Exchange open) {
            session.cancelled(id, "Not listened to any more");
            open.cancel();
        }

        @Override
        public void onMessage(Message message) {
            if (message.isNotification()) {
                alive();
                if (!message.method().equals("notifications/subscriptions/acknowledged")) {
                    session.beside().onNotification(message);
                }
            }
        }

        @Override
        public void onEnd() {
            reopenLater(this);
        }

        @Override
        public void onFailure(GatewayException failure) {
            reopenLater(this);
        }
    }
}

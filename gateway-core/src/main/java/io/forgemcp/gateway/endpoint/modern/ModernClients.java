package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ClientProfile;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who modern clients are to servers that need a session: nothing lasts between their requests but the caller's identity
 * and what each request declares, so the sessions behind belong to a caller with one set of capabilities. Those of a
 * caller who has not been seen for long are ended. Thread-safe.
 */
final class ModernClients implements AutoCloseable {
    /**
     * A caller declares one or two sets of capabilities, and servers with sessions keep one for each; those who declare
     * ever new ones are to such servers clients that can do nothing, or they would open sessions without end.
     */
    private static final int MAX_PROFILES = 32;

    private static final String PREFIX = "modern:";
    private static final JsonSlice NOTHING = JsonSlice.parse("{}");

    private final Timers timers;
    private final Duration idleTimeout;
    private final Consumer<ClientKey> onEnd;
    private final Map<String, Client> clients = new ConcurrentHashMap<>();
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private volatile boolean closed;

    /** One caller and what it has under way. */
    static final class Client {
        private final ClientKey key;
        /** By what was declared, word for word. */
        private final Map<String, ClientProfile> profiles = new ConcurrentHashMap<>();
        /** What servers were told of them, which tells their sessions apart. */
        private final Set<String> offered = ConcurrentHashMap.newKeySet();

        private final ClientProfile plain;
        private final AtomicInteger underWay = new AtomicInteger();
        private volatile long lastUsed;
        private volatile @Nullable LogLevel logLevel;

        private Client(ClientKey key) {
            this.key = key;
            this.plain = new ClientProfile(key, ProtocolVersion.LATEST, NOTHING);
        }

        ClientKey key() {
            return key;
        }

        ClientProfile profile(JsonSlice capabilities) {
            String declared = capabilities.toString();
            ClientProfile known = profiles.get(declared);
            if (known != null) {
                return known;
            }
            ClientProfile fresh = new ClientProfile(key, ProtocolVersion.LATEST, capabilities);
            if (offered.size() >= MAX_PROFILES && !offered.contains(fresh.offered())) {
                return plain;
            }
            offered.add(fresh.offered());
            if (profiles.size() < MAX_PROFILES) {
                profiles.put(declared, fresh);
            }
            return fresh;
        }

        /**
         * Notes from which level on a request wants to hear what its server logs. The sessions behind belong to all requests
         * of the caller, so they log what the most curious of them wants, and each request hears its own part.
         *
         * @return whether servers have to be told: none has asked for as much before
         */
        synchronized boolean wants(LogLevel level) {
            LogLevel before = logLevel;
            if (before != null && level.isAtLeast(before)) {
                return false;
            }
            logLevel = level;
            return true;
        }

        void began() {
            underWay.incrementAndGet();
        }

        void ended() {
            underWay.decrementAndGet();
        }
    }

    /**
     * @param idleTimeout after which a caller without requests is forgotten
     * @param onEnd told of every caller that is forgotten, so that what servers keep for it can go
     */
    ModernClients(Timers timers, Duration idleTimeout, Consumer<ClientKey> onEnd) {
        this.timers = timers;
        this.idleTimeout = idleTimeout;
        this.onEnd = onEnd;
    }

    /** The caller as a client of servers. */
    Client of(Caller caller) {
        Client client =
                clients.computeIfAbsent(caller.principal(), principal -> new Client(new ClientKey(PREFIX + principal)));
        client.lastUsed = timers.nanoTime();
        if (!sweeping.get() && sweeping.compareAndSet(false, true)) {
            timers.schedule(idleTimeout.dividedBy(4), this::sweep);
        }
        return client;
    }

    /** The least severe level that a request of this client has asked for; null if none has. */
    @Nullable
    LogLevel logLevel(ClientKey key) {
        Client client = key.value().startsWith(PREFIX) ? clients.get(key.value().substring(PREFIX.length())) : null;
        return client == null ? null : client.logLevel;
    }

    private void sweep() {
        long now = timers.nanoTime();
        clients.forEach((principal, client) -> {
            if (client.underWay.get() == 0
                    && now - client.lastUsed > idleTimeout.toNanos()
                    && clients.remove(principal, client)) {
                onEnd.accept(client.key());
            }
        });
        sweeping.set(false);
        if (!clients.isEmpty() && !closed && sweeping.compareAndSet(false, true)) {
            timers.schedule(idleTimeout.dividedBy(4), this::sweep);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}

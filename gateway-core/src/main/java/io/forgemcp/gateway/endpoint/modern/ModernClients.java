package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ClientProfile;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        private final String principal;
        /** By what was declared, word for word. */
        private final Map<String, ClientProfile> profiles = new ConcurrentHashMap<>();
        /**
         * By what servers are told, which tells their sessions apart. Each has a key of its own, so that a server that can
         * have one session only, as over standard streams, has one that can do for a caller what it was told.
         */
        private final Map<String, ClientKey> keys = new ConcurrentHashMap<>();

        private final ClientProfile plain;
        private final AtomicInteger underWay = new AtomicInteger();
        private volatile long lastUsed;
        private volatile @Nullable LogLevel logLevel;

        private Client(String principal) {
            this.principal = principal;
            this.plain = profile(NOTHING);
        }

        Collection<ClientKey> keys() {
            return keys.values();
        }

        /** As its servers know it: one for each set of capabilities that they were told. */
        List<ClientProfile> allProfiles() {
            return keys.values().stream().map(ClientProfile::plain).toList();
        }

        ClientProfile profile(JsonSlice capabilities) {
            String declared = capabilities.toString();
            ClientProfile known = profiles.get(declared);
            if (known != null) {
                return known;
            }
            String offered = ClientProfile.relayed(capabilities);
            ClientKey key = key(offered);
            if (key == null) {
                return plain;
            }
            ClientProfile fresh = new ClientProfile(key, ProtocolVersion.LATEST, capabilities);
            if (profiles.size() < MAX_PROFILES) {
                profiles.put(declared, fresh);
            }
            return fresh;
        }

        /** Null if it declared too many different sets. */
        private synchronized @Nullable ClientKey key(String offered) {
            ClientKey known = keys.get(offered);
            if (known == null && keys.size() <= MAX_PROFILES) {
                known = new ClientKey(PREFIX + keys.size() + ":" + principal, ClientKey.Keeps.CONVERSATIONS);
                keys.put(offered, known);
            }
            return known;
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
        Client client = clients.computeIfAbsent(caller.principal(), Client::new);
        client.lastUsed = timers.nanoTime();
        if (!sweeping.get() && sweeping.compareAndSet(false, true)) {
            timers.schedule(idleTimeout.dividedBy(4), this::sweep);
        }
        return client;
    }

    /** Whose conversations requests of this caller go to; {@link ClientKey#GATEWAY} for one that has not called yet. */
    ClientKey key(Caller caller, JsonSlice capabilities) {
        Client client = clients.get(caller.principal());
        return client == null ? ClientKey.GATEWAY : client.profile(capabilities).key();
    }

    /** The least severe level that a request of this client has asked for; null if none has. */
    @Nullable
    LogLevel logLevel(ClientKey key) {
        Client client = find(key);
        return client == null ? null : client.logLevel;
    }

    private @Nullable Client find(ClientKey key) {
        String value = key.value();
        int end = value.startsWith(PREFIX) ? value.indexOf(':', PREFIX.length()) : -1;
        return end < 0 ? null : clients.get(value.substring(end + 1));
    }

    /** How long this client has been away, as {@code ClientAbsence} has it; empty if there is no such client. */
    Optional<Duration> away(ClientKey key) {
        return Optional.ofNullable(find(key))
                .map(client -> client.underWay.get() > 0
                        ? Duration.ZERO
                        : Duration.ofNanos(Math.max(0, timers.nanoTime() - client.lastUsed)));
    }

    private void sweep() {
        long now = timers.nanoTime();
        clients.forEach((principal, client) -> {
            if (client.underWay.get() == 0
                    && now - client.lastUsed > idleTimeout.toNanos()
                    && clients.remove(principal, client)) {
                client.keys().forEach(onEnd);
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

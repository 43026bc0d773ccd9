package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How long the last wakes and starts of every service have taken, from each depth: what has to outlive the process for sleep to
 * be as deep after a restart as it was before. It counts for a service of the same name that runs the same thing, no other.
 * Thread-safe.
 */
public final class LearntWakes {
    /**
     * What is known of one service.
     *
     * @param identity of what runs; tells nothing of what is in its command
     * @param wakes oldest first
     */
    public record Service(String identity, Map<SleepDepth, List<Duration>> wakes) {
        public Service {
            Map<SleepDepth, List<Duration>> copy = new TreeMap<>();
            wakes.forEach((depth, durations) -> copy.put(depth, List.copyOf(durations)));
            wakes = copy;
        }
    }

    private static final int IDENTITY_BYTES = 12;

    private final Map<ServiceName, Service> services;
    private final AtomicBoolean changed = new AtomicBoolean();

    /** @param earlier what an earlier process had learnt */
    public LearntWakes(Map<ServiceName, Service> earlier) {
        services = new ConcurrentHashMap<>(earlier);
    }

    /** What is known of this service; empty if nothing is, or if something else ran under its name. */
    Map<SleepDepth, List<Duration>> of(ServiceDefinition service) {
        Service known = services.get(service.name());
        return known != null && known.identity().equals(identity(service)) ? known.wakes() : Map.of();
    }

    void note(ServiceName name, Service now) {
        services.put(name, now);
        changed.set(true);
    }

    /** Everything, if something was learnt since this was asked last. */
    public Optional<Map<ServiceName, Service>> changes() {
        return changed.getAndSet(false) ? Optional.of(new TreeMap<>(services)) : Optional.empty();
    }

    /** What a service runs, where, and how it is spoken to: the image and the command, not what they are given. */
    static String identity(ServiceDefinition service) {
        String what = service.launch() instanceof Launch.Command command
                ? String.join("\0", String.valueOf(command.image()), String.join("\0", command.command()))
                : service.launch().toString();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((service.runtime() + "\0" + service.wire() + "\0" + what).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, IDENTITY_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java has SHA-256", impossible);
        }
    }
}

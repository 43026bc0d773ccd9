package io.forgemcp.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.ContainerNetwork;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One container, as commands to the engine. What a command asks for and already is so is a success: the engine answers
 * 409 or 500 then, which is told from a real failure by looking. Every method blocks.
 */
final class EngineContainer {
    private static final int FREEZE_TRIES = 4;

    /** What the engine says of it. */
    record Observed(
            boolean running,
            boolean paused,
            long exitCode,
            boolean outOfMemory,
            String error,
            long pid,
            long memoryLimit,
            long memoryAndSwap,
            Map<String, ContainerNetwork> networks) {
        private static Observed of(InspectContainerResponse found) {
            InspectContainerResponse.ContainerState state = found.getState();
            return new Observed(
                    Boolean.TRUE.equals(state.getRunning()),
                    Boolean.TRUE.equals(state.getPaused()),
                    Objects.requireNonNullElse(state.getExitCodeLong(), 0L),
                    Boolean.TRUE.equals(state.getOOMKilled()),
                    Objects.requireNonNullElse(state.getError(), ""),
                    Objects.requireNonNullElse(state.getPidLong(), 0L),
                    Objects.requireNonNullElse(found.getHostConfig().getMemory(), 0L),
                    Objects.requireNonNullElse(found.getHostConfig().getMemorySwap(), 0L),
                    Objects.requireNonNullElse(found.getNetworkSettings().getNetworks(), Map.of()));
        }

        /** Its address on the first network that it is on; null if it has none. */
        @Nullable
        String address() {
            return networks.values().stream()
                    .map(ContainerNetwork::getIpAddress)
                    .filter(address -> address != null && !address.isEmpty())
                    .findFirst()
                    .orElse(null);
        }
    }

    private static final int LONGEST_REMOVAL_LOOKS = 500;
    private static final long LOOK_NANOS = 10_000_000;

    private final Engine engine;
    private final String id;

    EngineContainer(Engine engine, String id) {
        this.engine = engine;
        this.id = id;
    }

    String id() {
        return id;
    }

    /** Null if there is no such container any more. */
    @Nullable
    Observed inspect() {
        try {
            return Observed.of(
                    engine.call(client -> client.inspectContainerCmd(id).exec()));
        } catch (NotFoundException gone) {
            return null;
        }
    }

    void start() {
        engine.call(client -> client.startContainerCmd(id).exec());
    }

    void pause() {
        for (int tries = 1; ; tries++) {
            try {
                engine.call(client -> client.pauseContainerCmd(id).exec());
                return;
            } catch (DockerException refused) {
                Observed now = inspect();
                if (now != null && now.running() && now.paused()) {
                    return;
                }
                if (now == null || !now.running() || !isPassing(refused) || tries == FREEZE_TRIES) {
                    throw refused;
                }
            }
        }
    }

    /**
     * On cgroup v1 a busy group is sometimes not frozen within the time that runc gives the kernel; runc thaws it again
     * then, and a further try succeeds.
     */
    private static boolean isPassing(DockerException refused) {
        return String.valueOf(refused.getMessage()).contains("unable to freeze");
    }

    void unpause() {
        try {
            engine.call(client -> client.unpauseContainerCmd(id).exec());
        } catch (DockerException refused) {
            requireAwake(refused);
        }
    }

    private void requireAwake(DockerException refused) {
        Observed now = inspect();
        if (now == null || !now.running() || now.paused()) {
            throw refused;
        }
    }

    /** @throws DockerException if the kernel cannot do that; part of it may have been done then */
    void limitMemory(long bytes) {
        engine.call(client -> client.updateContainerCmd(id).withMemory(bytes).exec());
    }

    /**
     * Puts its limits back. Both in one command: on cgroup v1 the one on memory may never be above that on both, so which
     * comes first depends on where they are.
     *
     * @param memoryAndSwap null where the engine does not limit swap
     * @throws DockerException as {@link #limitMemory(long)}
     */
    void limitMemory(long bytes, @Nullable Long memoryAndSwap) {
        if (memoryAndSwap == null) {
            limitMemory(bytes);
        } else {
            engine.call(client -> client.updateContainerCmd(id)
                    .withMemory(bytes)
                    .withMemorySwap(memoryAndSwap)
                    .exec());
        }
    }

    /** Asks it to end, and makes it after the grace. Not for a paused one, which would sit out the whole grace. */
    void stop(Duration grace) {
        try {
            int seconds = (int) Math.max(0, (grace.toMillis() + 999) / 1000);
            engine.call(
                    client -> client.stopContainerCmd(id).withTimeout(seconds).exec());
        } catch (NotModifiedException | NotFoundException endedAlready) {
            // that is what was wanted
        }
    }

    /** Whatever state it is in. Returns once it is gone. */
    void remove() {
        try {
            engine.call(client -> client.removeContainerCmd(id)
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec());
        } catch (NotFoundException goneAlready) {
            // that is what was wanted
        } catch (ConflictException underWay) {
            // Somebody else removes it at this moment.
            for (int look = 0; look < LONGEST_REMOVAL_LOOKS && inspect() != null; look++) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    @Override
    public String toString() {
        return id.substring(0, Math.min(12, id.length()));
    }
}

package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One running instance, as its runtime sees it. The lifecycle gives it one command at a time. */
public interface Instance {
    InstanceId id();

    InstanceAddress address();

    /** How it can sleep without ending; empty if it cannot. {@link SleepDepth#STOP} is always possible and not listed. */
    default Set<SleepDepth> depths() {
        return Set.of();
    }

    /**
     * Puts it to sleep to one of its {@link #depths}. Asked again of a sleeping instance, with a deeper one, it goes deeper
     * without waking.
     */
    default CompletionStage<Void> sleep(SleepDepth depth) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException(id() + " cannot sleep"));
    }

    /** Wakes it from any depth; it can be spoken to at once. */
    default CompletionStage<Void> wake() {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * Whether it is frozen at this moment, whoever froze it, this gateway or somebody else; empty where nobody looks.
     * Where it is known, every change of it that {@link #sleep} and {@link #wake} have not made is told to the listener
     * after it shows here. Must be quick: it is read on the service's mailbox.
     */
    default Optional<Boolean> frozen() {
        return Optional.empty();
    }

    /**
     * Ends it: politely first, by force after the grace. Completes when it is gone, whatever it took. Works on a
     * sleeping instance. Idempotent.
     */
    CompletionStage<Void> stop(Duration grace);

    /** What it uses right now; null where it cannot be known. Cheap enough for every few seconds. */
    default @Nullable Usage usage() {
        return null;
    }

    /** What it may use at most, as its runtime sets it really; nothing where no runtime sets anything. Never blocks. */
    default Limits limits() {
        return Limits.NONE;
    }

    /** The last lines it wrote for people, oldest first, at most this many. */
    default List<String> logs(int lines) {
        return List.of();
    }

    /** Process or container id, for people; null if there is none. */
    default @Nullable String externalId() {
        return null;
    }

    /**
     * Ceilings of one instance; null where it has none.
     *
     * @param memoryBytes RAM
     * @param cpuCores processor time, in cores
     */
    record Limits(@Nullable Long memoryBytes, @Nullable Double cpuCores) {
        public static final Limits NONE = new Limits(null, null);

        /** The sum of these; null where one of them has none. @param absent what is said if there are none */
        static Limits together(List<Limits> instances, Limits absent) {
            if (instances.isEmpty()) {
                return absent;
            }
            Long memory = 0L;
            Double cores = 0.0;
            for (Limits each : instances) {
                memory = memory == null || each.memoryBytes == null ? null : (Long) (memory + each.memoryBytes);
                cores = cores == null || each.cpuCores == null ? null : (Double) (cores + each.cpuCores);
            }
            return new Limits(memory, cores);
        }
    }

    /**
     * What an instance uses. Null is what cannot be known.
     *
     * @param memoryBytes in RAM, of all its processes, what a compressed store keeps for it left out
     * @param cpuNanos processor time since it started, of all its processes
     * @param swapBytes of its memory moved out to swap, before any compression
     * @param compressedBytes of RAM that a compressed store (zram, zswap) needs for what was moved out; zero with swap on
     *     a disk
     */
    record Usage(
            long memoryBytes,
            long cpuNanos,
            @Nullable Long swapBytes,
            @Nullable Long compressedBytes) {
        /** Where nothing is known of swap. */
        public Usage(long memoryBytes, long cpuNanos) {
            this(memoryBytes, cpuNanos, null, null);
        }

        /** RAM that it really keeps from others: its own and that of the compressed store. */
        public long trueMemoryBytes() {
            return memoryBytes + (compressedBytes == null ? 0 : compressedBytes);
        }
    }
}

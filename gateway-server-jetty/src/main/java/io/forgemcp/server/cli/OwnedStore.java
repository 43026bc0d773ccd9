package io.forgemcp.server.cli;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.store.FileStore;
import io.forgemcp.gateway.store.GatewayStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The store of a data directory that belongs to this gateway alone for as long as it is open: two gateways on one
 * directory would overwrite each other's documents without noticing. Thread-safe.
 */
final class OwnedStore implements GatewayStore {
    private final GatewayStore documents;
    private final FileChannel channel;

    private OwnedStore(GatewayStore documents, FileChannel channel) {
        this.documents = documents;
        this.channel = channel;
    }

    /**
     * Takes possession of the directory, which ends with {@link #close} or with the process.
     *
     * @throws CommandFailure if another gateway has it
     */
    static OwnedStore open(Path directory) {
        try {
            FileChannel channel =
                    FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new CommandFailure(
                        ExitCode.CONFIGURATION,
                        "Another gateway uses the data directory " + directory
                                + ". Stop it, use it instead of starting another, or name another directory with --data.");
            }
            return new OwnedStore(new FileStore(directory.resolve("state")), channel);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILED, "The data directory " + directory + " cannot be used: " + e + ".", e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    @Override
    public Optional<JsonSlice> get(String namespace, String key) {
        return documents.get(namespace, key);
    }

    @Override
    public void put(String namespace, String key, JsonSlice document) {
        documents.put(namespace, key, document);
    }

    @Override
    public boolean delete(String namespace, String key) {
        return documents.delete(namespace, key);
    }

    @Override
    public SortedMap<String, JsonSlice> list(String namespace) {
        return documents.list(namespace);
    }

    /** Closing the channel gives the lock back. */
    @Override
    public void close() {
        documents.close();
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The lock of the data directory cannot be given back", e);
        }
    }
}

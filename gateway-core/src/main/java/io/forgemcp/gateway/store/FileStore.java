package io.forgemcp.gateway.store;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JSON file for each namespace, read once and replaced as a whole on every change, so that a crash leaves either the
 * old file or the new one. Only the owner may read them. Meant for hundreds of documents and one process at a time.
 *
 * <p>A file that is not JSON is set aside as {@code NAME.json.bad} with a warning, and the namespace begins empty: a
 * damaged cache must not keep a gateway from starting.
 */
public final class FileStore implements GatewayStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileStore.class);

    private final Path directory;
    /** Guards the map and the files. Held while writing: stores are not on the message path. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<String, SortedMap<String, JsonSlice>> namespaces = new HashMap<>();

    /** @param directory made when it is first written to */
    public FileStore(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    @Override
    public Optional<JsonSlice> get(String namespace, String key) {
        Address.check(namespace, key);
        lock.lock();
        try {
            return Optional.ofNullable(loaded(namespace).get(key));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void put(String namespace, String key, JsonSlice document) {
        Address.check(namespace, key);
        lock.lock();
        try {
            SortedMap<String, JsonSlice> copy = new TreeMap<>(loaded(namespace));
            copy.put(key, document.detached());
            replace(namespace, copy);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean delete(String namespace, String key) {
        Address.check(namespace, key);
        lock.lock();
        try {
            SortedMap<String, JsonSlice> copy = new TreeMap<>(loaded(namespace));
            if (copy.remove(key) == null) {
                return false;
            }
            replace(namespace, copy);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public SortedMap<String, JsonSlice> list(String namespace) {
        Address.checkNamespace(namespace);
        lock.lock();
        try {
            return new TreeMap<>(loaded(namespace));
        } finally {
            lock.unlock();
        }
    }

    private SortedMap<String, JsonSlice> loaded(String namespace) {
        SortedMap<String, JsonSlice> known = namespaces.get(namespace);
        if (known == null) {
            known = read(namespace);
            namespaces.put(namespace, known);
        }
        return known;
    }

    private SortedMap<String, JsonSlice> read(String namespace) {
        Path file = file(namespace);
        SortedMap<String, JsonSlice> documents = new TreeMap<>();
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException absent) {
            return documents;
        } catch (IOException failure) {
            throw failed("read", file, failure);
        }
        try {
            JsonSlice whole = JsonSlice.parse(bytes);
            if (whole.isObject()) {
                whole.members((key, value) -> documents.put(key, value.detached()));
                return documents;
            }
        } catch (GatewayException notJson) {
            LOG.debug("file={} problem={}", file, notJson.getMessage());
        }
        setAside(file);
        return documents;
    }

    private static void setAside(Path file) {
        Path bad = file.resolveSibling(file.getFileName() + ".bad");
        try {
            Files.move(file, bad, StandardCopyOption.REPLACE_EXISTING);
            LOG.warn("file={} is not a JSON object; kept as {} and begun anew", file, bad.getFileName());
        } catch (IOException failure) {
            throw failed("set aside", file, failure);
        }
    }

    private void replace(String namespace, SortedMap<String, JsonSlice> documents) {
        Path file = file(namespace);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String separator = "{\n";
        for (Map.Entry<String, JsonSlice> document : documents.entrySet()) {
            out.writeBytes(separator.getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(JsonText.quote(document.getKey()));
            out.write(':');
            out.writeBytes(document.getValue().toBytes());
            separator = ",\n";
        }
        out.writeBytes((documents.isEmpty() ? "{}\n" : "\n}\n").getBytes(StandardCharsets.US_ASCII));
        try {
            write(file, out.toByteArray());
        } catch (IOException failure) {
            throw failed("write", file, failure);
        }
        namespaces.put(namespace, documents);
    }

    private void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(directory);
        boolean posix = Files.getFileStore(directory).supportsFileAttributeView("posix");
        FileAttribute<?>[] onlyOwner = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Path fresh = Files.createTempFile(directory, file.getFileName().toString(), ".tmp", onlyOwner);
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            try {
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException oneDiskOnly) {
                Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private Path file(String namespace) {
        return directory.resolve(namespace + ".json");
    }

    private static GatewayException failed(String what, Path file, IOException failure) {
        return new GatewayException(
                ErrorCode.INTERNAL,
                "The store could not " + what + " " + file + ": " + failure
                        + ". Check that the directory exists, is writable and has space.",
                failure);
    }
}

package io.forgemcp.toolbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link Knowledge} as lines of JSON, one entity or relation a line, replaced as a whole on every change. Lines
 * that cannot be read are left out, and the file as it was is kept beside it with {@code .bad} at its end. Thread-safe.
 */
final class KnowledgeFile {
    private static final Logger LOG = LoggerFactory.getLogger(KnowledgeFile.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** A change of what is known. */
    @FunctionalInterface
    interface Change {
        Knowledge apply(Knowledge before);
    }

    private final Path file;
    private final Sandbox directory;
    /** Held over the write on purpose: two writers must not overtake each other. Readers do not take it. */
    private final ReentrantLock writing = new ReentrantLock();

    private volatile @Nullable Knowledge current;
    private volatile @Nullable String damage;

    KnowledgeFile(Path file) {
        this.file = file.toAbsolutePath().normalize();
        this.directory = new Sandbox(this.file.resolveSibling(""));
    }

    /** What is known now. */
    Knowledge read() throws IOException {
        Knowledge known = current;
        if (known != null) {
            return known;
        }
        writing.lock();
        try {
            known = current;
            if (known == null) {
                known = load();
                current = known;
            }
            return known;
        } finally {
            writing.unlock();
        }
    }

    /** Changes what is known; when this returns it is on disk. After a failure nothing has changed. */
    Knowledge change(Change change) throws IOException {
        writing.lock();
        try {
            Knowledge before = read();
            Knowledge after = change.apply(before);
            if (!after.equals(before)) {
                save(after);
                current = after;
            }
            return after;
        } finally {
            writing.unlock();
        }
    }

    /** What was wrong with the file when it was read; null if nothing was. */
    @Nullable
    String damage() {
        return damage;
    }

    private Knowledge load() throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException none) {
            return Knowledge.NOTHING;
        }
        Knowledge known = Knowledge.NOTHING;
        List<Integer> bad = new ArrayList<>();
        int number = 0;
        for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
            number++;
            if (!line.isBlank()) {
                Knowledge more = parsed(line, known);
                if (more == null) {
                    bad.add(number);
                } else {
                    known = more;
                }
            }
        }
        if (!bad.isEmpty()) {
            Path kept = file.resolveSibling(file.getFileName() + ".bad");
            Files.copy(file, kept, StandardCopyOption.REPLACE_EXISTING);
            damage = bad.size() + " of " + number + " lines could not be read and were left out; the file as it was is"
                    + " kept as " + kept.getFileName() + ".";
            LOG.warn("file={} badLines={} kept={}", file, bad.size(), kept.getFileName());
        }
        return known;
    }

    private static @Nullable Knowledge parsed(String line, Knowledge known) {
        try {
            JsonNode json = MAPPER.readTree(line);
            if (json.hasNonNull("name")) {
                List<String> observations = new ArrayList<>();
                json.path("observations").forEach(each -> observations.add(each.asText()));
                return known.with(new Knowledge.Entity(
                        json.get("name").asText(), json.path("type").asText(), observations));
            }
            if (json.hasNonNull("from") && json.hasNonNull("to")) {
                return known.with(new Knowledge.Relation(
                        json.get("from").asText(),
                        json.path("relation").asText(),
                        json.get("to").asText()));
            }
            return null;
        } catch (JsonProcessingException notJson) {
            return null;
        }
    }

    private void save(Knowledge known) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (Knowledge.Entity entity : known.entities().values()) {
            ObjectNode json =
                    MAPPER.createObjectNode().put("name", entity.name()).put("type", entity.type());
            entity.observations().forEach(json.putArray("observations")::add);
            lines.append(json).append('\n');
        }
        for (Knowledge.Relation relation : known.relations()) {
            lines.append(MAPPER.createObjectNode()
                            .put("from", relation.from())
                            .put("relation", relation.relation())
                            .put("to", relation.to()))
                    .append('\n');
        }
        directory.write(file, lines.toString().getBytes(StandardCharsets.UTF_8), forOwnerOnly());
    }

    /** What somebody wants remembered is nobody else's business; without POSIX rights the directory has to do. */
    private FileAttribute<?>[] forOwnerOnly() {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}

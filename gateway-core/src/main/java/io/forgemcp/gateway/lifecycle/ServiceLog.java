package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.ServiceName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process or container writes for people: every line goes to the logger {@code service.<name>}, the last ones are
 * kept. Values that are known to be secret are blotted out, control characters too, and lines are cut at {@value
 * #LONGEST_LINE} bytes, so that a server can neither forge log lines nor fill the memory. Thread-safe, but each stream
 * of bytes has one thread that feeds it.
 */
public final class ServiceLog {
    private static final int KEPT_LINES = 500;
    private static final int LONGEST_LINE = 8192;
    private static final List<String> SECRET_WORDS =
            List.of("KEY", "TOKEN", "SECRET", "PASS", "CREDENTIAL", "AUTH", "DSN", "DATABASE_URL", "CONNECTION");
    /** Shorter values would blot out ordinary words. */
    private static final int SHORTEST_SECRET = 6;

    private final Logger logger;
    private final List<String> secrets;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<String> lines = new ArrayDeque<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    /** @param environment of the server; values whose names say that they are secret are never shown */
    public ServiceLog(ServiceName service, Map<String, String> environment) {
        this.logger = LoggerFactory.getLogger("service." + service);
        this.secrets = secrets(environment);
    }

    /** Longest first, so that one which is part of another does not spoil it. */
    private static List<String> secrets(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(variable -> {
                    String upper = variable.getKey().toUpperCase(Locale.ROOT);
                    return SECRET_WORDS.stream().anyMatch(upper::contains);
                })
                .map(Map.Entry::getValue)
                .filter(value -> value.length() >= SHORTEST_SECRET)
                .sorted((left, right) -> Integer.compare(right.length(), left.length()))
                .toList();
    }

    /** Reads the stream on a small thread of its own until it ends. */
    public void follow(InputStream stream, String threadName) {
        Thread reader = new Thread(null, () -> read(stream), threadName, 128 * 1024);
        reader.setDaemon(true);
        reader.start();
    }

    /** Completes when the stream that is followed has ended, or {@link Lines#end} was called. */
    public CompletionStage<Void> drained() {
        return drained;
    }

    /** The last lines, oldest first. */
    public List<String> last(int count) {
        lock.lock();
        try {
            List<String> all = new ArrayList<>(lines);
            return List.copyOf(all.subList(Math.max(0, all.size() - Math.max(0, count)), all.size()));
        } finally {
            lock.unlock();
        }
    }

    /** Null if there was none. */
    public @Nullable String lastLine() {
        lock.lock();
        try {
            return lines.peekLast();
        } finally {
            lock.unlock();
        }
    }

    private void read(InputStream stream) {
        Lines lines = new Lines();
        byte[] chunk = new byte[4096];
        try (stream) {
            for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                lines.feed(chunk, 0, read);
            }
        } catch (IOException closed) {
            logger.trace("event=stderr_closed", closed);
        } finally {
            lines.end();
        }
    }

    /** A way in for whoever reads the bytes itself. Not thread-safe. */
    public Lines lines() {
        return new Lines();
    }

    /** Makes lines of bytes. */
    public final class Lines {
        private final byte[] line = new byte[LONGEST_LINE];
        private int length;

        private Lines() {}

        public void feed(byte[] bytes, int offset, int count) {
            for (int i = offset; i < offset + count; i++) {
                if (bytes[i] == '\n') {
                    add(new String(line, 0, length, StandardCharsets.UTF_8));
                    length = 0;
                } else if (length < LONGEST_LINE) {
                    line[length++] = bytes[i];
                }
            }
        }

        /** There is nothing more. Idempotent. */
        public void end() {
            if (length > 0) {
                add(new String(line, 0, length, StandardCharsets.UTF_8));
                length = 0;
            }
            drained.complete(null);
        }
    }

    private void add(String raw) {
        String line = readable(raw);
        if (line.isEmpty()) {
            return;
        }
        logger.info("{}", line);
        lock.lock();
        try {
            lines.addLast(line);
            if (lines.size() > KEPT_LINES) {
                lines.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    /** With everything secret blotted out. */
    public String blotted(String text) {
        String line = text;
        for (String secret : secrets) {
            line = line.replace(secret, "***");
        }
        return line;
    }

    private String readable(String raw) {
        String line = blotted(raw);
        StringBuilder text = new StringBuilder(line.length());
        line.codePoints().forEach(point -> text.appendCodePoint(Character.isISOControl(point) ? ' ' : point));
        return text.toString().stripTrailing();
    }
}

package io.forgemcp.gateway.lifecycle.process;

import io.forgemcp.gateway.service.ServiceName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a child writes for people: every line goes to the logger {@code service.<name>}, the last ones are kept. Values
 * that are known to be secret are blotted out, control characters too, and lines are cut at {@value #LONGEST_LINE}
 * bytes, so that a child can neither forge log lines nor fill the memory. Thread-safe.
 */
final class ChildLog {
    private static final int KEPT_LINES = 500;
    private static final int LONGEST_LINE = 8192;

    private final Logger logger;
    private final List<String> secrets;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<String> lines = new ArrayDeque<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    ChildLog(ServiceName service, List<String> secrets) {
        this.logger = LoggerFactory.getLogger("service." + service);
        this.secrets = List.copyOf(secrets);
    }

    /** Reads the stream on a small thread of its own until it ends. */
    void follow(InputStream stream, String threadName) {
        Thread reader = new Thread(null, () -> read(stream), threadName, 128 * 1024);
        reader.setDaemon(true);
        reader.start();
    }

    /** Completes when the stream has ended. */
    CompletionStage<Void> drained() {
        return drained;
    }

    List<String> last(int count) {
        lock.lock();
        try {
            List<String> all = new ArrayList<>(lines);
            return List.copyOf(all.subList(Math.max(0, all.size() - Math.max(0, count)), all.size()));
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    String lastLine() {
        lock.lock();
        try {
            return lines.peekLast();
        } finally {
            lock.unlock();
        }
    }

    private void read(InputStream stream) {
        byte[] chunk = new byte[4096];
        byte[] line = new byte[LONGEST_LINE];
        int length = 0;
        try (stream) {
            for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                for (int i = 0; i < read; i++) {
                    if (chunk[i] == '\n') {
                        add(new String(line, 0, length, StandardCharsets.UTF_8));
                        length = 0;
                    } else if (length < LONGEST_LINE) {
                        line[length++] = chunk[i];
                    }
                }
            }
        } catch (IOException closed) {
            logger.trace("event=stderr_closed", closed);
        } finally {
            if (length > 0) {
                add(new String(line, 0, length, StandardCharsets.UTF_8));
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

    private String readable(String raw) {
        String line = raw;
        for (String secret : secrets) {
            line = line.replace(secret, "***");
        }
        StringBuilder text = new StringBuilder(line.length());
        line.codePoints().forEach(point -> text.appendCodePoint(Character.isISOControl(point) ? ' ' : point));
        return text.toString().stripTrailing();
    }
}

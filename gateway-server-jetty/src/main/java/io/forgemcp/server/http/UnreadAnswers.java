package io.forgemcp.server.http;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients have not taken yet of their answers and streams, all of them together. The limit of one stream does not keep
 * two hundred slow clients from filling the memory; when there is too much, those go whose answers have lain there longest
 * without progress. Only what is larger than {@link #SMALL} is reported here. Connections are broken on
 * a thread that holds no lock, because whoever reports holds those of its own client. Thread-safe.
 */
final class UnreadAnswers {
    /** Bytes up to which an answer or a stream does not count. */
    static final int SMALL = 32 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(UnreadAnswers.class);
    /** Without progress for so long a client is slow. */
    private static final long PATIENCE = Duration.ofSeconds(1).toNanos();

    private final Timers timers;
    private final long comfortable;
    private final long most;
    /** Longest without progress first. */
    private final Map<Reader, Unread> readers = new LinkedHashMap<>();

    private long total;

    /** Somebody who takes an answer. Compared by identity. */
    interface Reader {
        /** Breaks its connection. */
        void cut();
    }

    private static final class Unread {
        private long bytes;
        private final long since;

        private Unread(long bytes, long since) {
            this.bytes = bytes;
            this.since = since;
        }
    }

    /**
     * @param comfortable bytes up to which nobody is cut; above it slow clients are
     * @param most bytes above which also those are cut that may only be about to read
     */
    UnreadAnswers(Timers timers, long comfortable, long most) {
        this.timers = timers;
        this.comfortable = comfortable;
        this.most = most;
    }

    /** A quarter and three eighths of what the JVM may have. */
    static UnreadAnswers ofMemory(Timers timers) {
        long memory = Runtime.getRuntime().maxMemory();
        return new UnreadAnswers(timers, memory / 4, memory / 8 * 3);
    }

    /**
     * Notes how much the reader leaves unread now; less than before is progress, and 0 the end. If that is too much with
     * what the others leave, some of those are cut soon.
     */
    synchronized void leaves(Reader reader, long bytes) {
        Unread before = readers.get(reader);
        boolean more = bytes > (before == null ? 0 : before.bytes);
        if (before != null && bytes >= before.bytes) {
            total += bytes - before.bytes;
            before.bytes = bytes;
        } else {
            if (before != null) {
                readers.remove(reader);
                total -= before.bytes;
            }
            if (bytes > 0) {
                readers.put(reader, new Unread(bytes, timers.nanoTime()));
                total += bytes;
            }
        }
        if (more && total > comfortable) {
            makeRoom(reader);
        }
    }

    private void makeRoom(Reader spared) {
        long before = total;
        long now = timers.nanoTime();
        List<Reader> slow = new ArrayList<>();
        Iterator<Map.Entry<Reader, Unread>> oldest = readers.entrySet().iterator();
        while (oldest.hasNext() && total > comfortable) {
            Map.Entry<Reader, Unread> next = oldest.next();
            if (total <= most && now - next.getValue().since <= PATIENCE) {
                break;
            }
            if (next.getKey() != spared) {
                oldest.remove();
                total -= next.getValue().bytes;
                slow.add(next.getKey());
            }
        }
        if (!slow.isEmpty()) {
            LOG.warn(
                    "event=slow_readers_cut clients={} unread_bytes={} limit_bytes={} reason=\"they do not take their answers\"",
                    slow.size(),
                    before,
                    comfortable);
            timers.schedule(Duration.ZERO, () -> slow.forEach(Reader::cut));
        }
    }

    synchronized long total() {
        return total;
    }
}

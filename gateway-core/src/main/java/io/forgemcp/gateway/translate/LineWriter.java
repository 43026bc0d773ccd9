package io.forgemcp.gateway.translate;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Writes messages as lines, in order, on a thread of its own: whoever has one never waits for a client that does not read.
 * Thread-safe.
 */
final class LineWriter {
    private static final byte[] END = {};

    private final OutputStream out;
    private final Runnable onBroken;
    private final LinkedBlockingQueue<byte[]> queue = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::drain, "forge-stdout");

    /** @param onBroken told once if nobody reads any more */
    LineWriter(OutputStream out, Runnable onBroken) {
        this.out = out;
        this.onBroken = onBroken;
        thread.setDaemon(true);
        thread.start();
    }

    void write(byte[] json) {
        byte[] line = new byte[json.length + 1];
        for (int i = 0; i < json.length; i++) {
            // Inside strings line breaks are escaped, so a raw one is white space.
            line[i] = json[i] == '\n' || json[i] == '\r' ? (byte) ' ' : json[i];
        }
        line[json.length] = '\n';
        queue.add(line);
    }

    private void drain() {
        try {
            for (byte[] line = queue.take(); line != END; line = queue.take()) {
                out.write(line);
                if (queue.isEmpty()) {
                    out.flush();
                }
            }
            out.flush();
        } catch (IOException broken) {
            onBroken.run();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what is left, unless that takes too long. */
    void close(Duration patience) {
        queue.add(END);
        try {
            thread.join(patience.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}

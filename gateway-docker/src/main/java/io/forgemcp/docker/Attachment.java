package io.forgemcp.docker;

import io.forgemcp.gateway.lifecycle.ServiceLog;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The standard streams of one container. The engine sends standard output and standard error in one stream of frames
 * (Engine API, ContainerAttach, Stream format): whoever reads the output hands the other frames to the log on the way, so
 * a container needs no thread of its own.
 */
final class Attachment {
    private static final int HEADER = 8;
    private static final int STANDARD_ERROR = 2;

    private final EngineSocket socket;
    private final ServiceLog.Lines errors;
    private final Runnable onEnd;
    private final Runnable onInputClosed;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();

    private Attachment(EngineSocket socket, ServiceLog log, Runnable onEnd, Runnable onInputClosed) {
        this.socket = socket;
        this.errors = log.lines();
        this.onEnd = onEnd;
        this.onInputClosed = onInputClosed;
    }

    /**
     * Attaches to a container, which need not run yet. Blocks for some milliseconds.
     *
     * @param log gets standard error
     * @param onEnd called once when the container's output has ended, by whoever reads it
     * @param onInputClosed called when whoever writes to the container closes its input, which the container does not see
     */
    static Attachment to(URI engine, String container, ServiceLog log, Runnable onEnd, Runnable onInputClosed)
            throws IOException {
        EngineSocket socket = EngineSocket.open(engine);
        try {
            String status = socket.connect(engine)
                    .request(
                            "POST /containers/" + container + "/attach?stream=1&stdin=1&stdout=1&stderr=1",
                            "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n");
            if (!status.contains(" 101 ") && !status.contains(" 200 ")) {
                throw new IOException("its streams cannot be had: " + status);
            }
            return new Attachment(socket, log, onEnd, onInputClosed);
        } catch (IOException | RuntimeException failure) {
            socket.close();
            throw failure;
        }
    }

    /** What the container reads. */
    OutputStream input() {
        return new Input(socket.output());
    }

    /** What the container writes, for one reader. */
    InputStream output() {
        return new Output(socket.input());
    }

    /** Reads what nobody else reads, for the last words of a container that ended before it was spoken to. */
    void drainUnread() {
        try (InputStream rest = output()) {
            byte[] chunk = new byte[4096];
            while (rest.read(chunk) >= 0) {
                // standard error goes to the log by being read
            }
        } catch (IOException broken) {
            end();
        }
    }

    /** Ends the conversation; the container goes on. Idempotent. */
    void close() {
        try {
            socket.close();
        } catch (IOException closedAlready) {
            // nothing is left to close
        }
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            errors.end();
            close();
            onEnd.run();
        }
    }

    private final class Input extends FilterOutputStream {
        Input(OutputStream socket) {
            super(socket);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        /** The output may still hold an answer, so the streams stay open. */
        @Override
        public void close() {
            onInputClosed.run();
        }
    }

    private final class Output extends InputStream {
        private final InputStream frames;
        private final byte[] header = new byte[HEADER];
        private boolean mine;
        private int left;
        private boolean error;

        Output(InputStream frames) {
            this.frames = frames;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (!mine && !taken.compareAndSet(false, true)) {
                return -1;
            }
            mine = true;
            try {
                while (length > 0) {
                    if (left == 0 && !nextFrame()) {
                        end();
                        return -1;
                    }
                    int count = frames.read(bytes, offset, Math.min(length, left));
                    if (count < 0) {
                        end();
                        return -1;
                    }
                    left -= count;
                    if (!error && count > 0) {
                        return count;
                    }
                    errors.feed(bytes, offset, count);
                }
                return 0;
            } catch (IOException broken) {
                end();
                throw broken;
            }
        }

        private boolean nextFrame() throws IOException {
            int read = 0;
            while (read < HEADER) {
                int count = frames.read(header, read, HEADER - read);
                if (count < 0) {
                    return false;
                }
                read += count;
            }
            error = header[0] == STANDARD_ERROR;
            left = (header[4] & 0xff) << 24 | (header[5] & 0xff) << 16 | (header[6] & 0xff) << 8 | header[7] & 0xff;
            return true;
        }
    }
}

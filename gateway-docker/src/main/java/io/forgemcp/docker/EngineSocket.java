package io.forgemcp.docker;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the engine of the gateway's own, for the two things that docker-java does not do well enough: asking
 * whether anybody is there, before a single class of it is loaded, and the standard streams of a container. Attached by
 * docker-java these take two more threads and up to a second of a {@code PipedInputStream}; here the bytes of a message
 * go into the socket on the caller's thread.
 *
 * <p>Reading and writing may happen at the same time, each on one thread. Closing ends both.
 */
final class EngineSocket implements Closeable {
    private static final int BUFFER = 16 * 1024;
    private static final int LONGEST_HEAD = 16 * 1024;
    static final String USUAL = "unix:///var/run/docker.sock";

    private final SocketChannel channel;
    private final ByteBuffer received = ByteBuffer.allocate(BUFFER).limit(0);

    private EngineSocket(SocketChannel channel) {
        this.channel = channel;
    }

    /** The address of {@code DOCKER_HOST}, or of the usual socket. */
    static URI address(@Nullable String host) {
        return URI.create(host == null || host.isEmpty() ? USUAL : host);
    }

    /** Not connected yet, so that {@link #close} from another thread can end a {@link #connect} that hangs. */
    static EngineSocket open(URI address) throws IOException {
        return switch (String.valueOf(address.getScheme())) {
            case "unix" -> new EngineSocket(SocketChannel.open(StandardProtocolFamily.UNIX));
            case "tcp", "http" -> new EngineSocket(SocketChannel.open());
            default -> throw new IOException("only unix:// and tcp:// addresses can be asked");
        };
    }

    EngineSocket connect(URI address) throws IOException {
        channel.connect(
                "unix".equals(address.getScheme())
                        ? UnixDomainSocketAddress.of(address.getPath())
                        : new InetSocketAddress(address.getHost(), address.getPort()));
        return this;
    }

    /**
     * Sends a request without a body and reads the head of the answer; what follows is for {@link #input}.
     *
     * @return the status line, for example {@code HTTP/1.1 200 OK}
     */
    String request(String methodAndPath, String headers) throws IOException {
        String request = methodAndPath + " HTTP/1.1\r\nHost: docker\r\n" + headers + "\r\n";
        output().write(request.getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        InputStream input = input();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = input.read();
            if (next < 0 || head.length() > LONGEST_HEAD) {
                throw new IOException("what answers is not a Docker engine");
            }
            head.append((char) next);
        }
        return head.substring(0, head.indexOf("\r\n"));
    }

    InputStream input() {
        return new Input();
    }

    OutputStream output() {
        return new Output();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    // Not those of java.nio.channels.Channels: on Java 17 a read of theirs keeps a write waiting.

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            return fill() ? received.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, received.remaining());
            received.get(bytes, offset, count);
            return count;
        }

        private boolean fill() throws IOException {
            while (!received.hasRemaining()) {
                received.clear();
                int count;
                try {
                    count = channel.read(received);
                } catch (ClosedChannelException closedHere) {
                    count = -1;
                }
                received.flip();
                if (count < 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
            while (left.hasRemaining()) {
                channel.write(left);
            }
        }

        @Override
        public void close() throws IOException {
            EngineSocket.this.close();
        }
    }
}

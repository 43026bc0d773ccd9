package io.forgemcp.docker;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A way to the real engine that can be cut and mended: to the gateway the engine has been stopped and started. */
final class CutSocket implements AutoCloseable {
    private final Path engine;
    private final @Nullable Path path;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private @Nullable ServerSocketChannel server;

    CutSocket(Path engine, @Nullable Path path) throws IOException {
        this.engine = engine;
        this.path = path;
        mend();
    }

    /** One that looks like an engine on another host. */
    static CutSocket asIfElsewhere(Path engine) throws IOException {
        return new CutSocket(engine, null);
    }

    /** For DOCKER_HOST. */
    String host() throws IOException {
        return path == null
                ? "tcp://127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort()
                : "unix://" + path;
    }

    void cut() throws IOException {
        if (server != null) {
            server.close();
        }
        if (path != null) {
            Files.deleteIfExists(path);
        }
        for (SocketChannel channel : open) {
            channel.close();
        }
        open.clear();
    }

    void mend() throws IOException {
        ServerSocketChannel listening;
        if (path == null) {
            listening = ServerSocketChannel.open();
            listening.bind(new InetSocketAddress("127.0.0.1", 0));
        } else {
            listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listening.bind(UnixDomainSocketAddress.of(path));
        }
        server = listening;
        thread(() -> accept(listening));
    }

    private void accept(ServerSocketChannel listening) {
        try {
            while (true) {
                SocketChannel near = listening.accept();
                SocketChannel far = SocketChannel.open(UnixDomainSocketAddress.of(engine));
                open.add(near);
                open.add(far);
                thread(() -> pass(near, far));
                thread(() -> pass(far, near));
            }
        } catch (IOException cut) {
            // nobody gets in any more
        }
    }

    private void pass(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
        try (from;
                to) {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException cut) {
            // the other side sees it, too
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "cut-socket");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        cut();
    }
}

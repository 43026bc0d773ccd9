package io.forgemcp.gateway.lifecycle.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;

/** Ports of this host. Methods may block for a moment. */
final class Ports {
    private static final int CONNECT_MILLIS = 250;

    private Ports() {}

    /** One that nobody listens on now. Somebody else may take it before the child does; then its start fails. */
    static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The loopback address at which somebody accepts connections; servers told to use localhost may take either. */
    static Optional<String> listener(int port) {
        return List.of("127.0.0.1", "::1").stream()
                .filter(host -> accepts(host, port))
                .findFirst()
                .map(host -> host.contains(":") ? "[" + host + "]" : host);
    }

    private static boolean accepts(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }
}

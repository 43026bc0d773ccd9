package io.forgemcp.server.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;

/** Whether the gateway could listen where it is told to. */
final class PortCheck {
    private PortCheck() {}

    static Diagnosis run(String host, int port) {
        String address = host + ":" + port;
        if (isFree(host, port)) {
            return Diagnosis.pass("port", address + " is free");
        }
        try {
            RunningGateway gateway = new RunningGateway(URI.create("http://" + address), Duration.ofSeconds(5), "");
            if (gateway.get("/version").has("version")) {
                return Diagnosis.pass("port", "a gateway already listens on " + address);
            }
        } catch (CommandFailure | IllegalArgumentException somebodyElse) {
            // Judged below, as any answer that is not a gateway's.
        }
        return Diagnosis.fail(
                "port", address + " is taken by another program", "Stop it, or choose a port with --port.");
    }

    /** Whether an address could be bound right now. */
    static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}

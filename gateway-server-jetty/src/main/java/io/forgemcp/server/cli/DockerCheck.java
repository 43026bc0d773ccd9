package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Whether a Docker engine answers, and whether it is new enough. Asks it for its version over its socket. */
final class DockerCheck {
    private static final String ITEM = "docker";
    private static final String DEFAULT_SOCKET = "/var/run/docker.sock";
    private static final int TIMEOUT_SECONDS = 5;
    /** The API of Docker 20.10. */
    private static final int LEAST_MINOR = 41;

    private DockerCheck() {}

    /** @param host as in {@code DOCKER_HOST}; empty for the usual socket */
    static Diagnosis run(String host) {
        if (host.isEmpty() && !Files.exists(Path.of(DEFAULT_SOCKET))) {
            return Diagnosis.notApplicable(ITEM, "no engine: there is no " + DEFAULT_SOCKET + " and no DOCKER_HOST");
        }
        URI address;
        try {
            address = URI.create(host.isEmpty() ? "unix://" + DEFAULT_SOCKET : host);
        } catch (IllegalArgumentException e) {
            return Diagnosis.fail(ITEM, "DOCKER_HOST is not an address", "Write unix:///path or tcp://host:port.");
        }
        // The channel has no timeout of its own; closing it from here ends a read that hangs.
        CompletableFuture<String> answer = new CompletableFuture<>();
        try (SocketChannel channel = open(address)) {
            Thread reader = new Thread(() -> ask(channel, address, answer), "forge-doctor-docker");
            reader.setDaemon(true);
            reader.start();
            return judge(answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS), address);
        } catch (TimeoutException e) {
            return unreachable(address, "no answer within " + TIMEOUT_SECONDS + " s");
        } catch (ExecutionException e) {
            return unreachable(address, String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            return unreachable(address, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unreachable(address, "interrupted");
        }
    }

    private static SocketChannel open(URI address) throws IOException {
        return switch (String.valueOf(address.getScheme())) {
            case "unix" -> SocketChannel.open(StandardProtocolFamily.UNIX);
            case "tcp", "http" -> SocketChannel.open();
            default -> throw new IOException("only unix:// and tcp:// addresses can be asked");
        };
    }

    private static void ask(SocketChannel channel, URI address, CompletableFuture<String> answer) {
        try {
            SocketAddress socket = "unix".equals(address.getScheme())
                    ? UnixDomainSocketAddress.of(address.getPath())
                    : new InetSocketAddress(address.getHost(), address.getPort());
            channel.connect(socket);
            channel.write(StandardCharsets.US_ASCII.encode("GET /version HTTP/1.0\r\nHost: docker\r\n\r\n"));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(8192);
            while (channel.read(buffer) >= 0) {
                bytes.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            answer.complete(bytes.toString(StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private static Diagnosis judge(String response, URI address) throws IOException {
        int body = response.indexOf('{');
        JsonNode version = body < 0 ? null : new ObjectMapper().readTree(response.substring(body));
        if (version == null || !version.hasNonNull("ApiVersion")) {
            return unreachable(address, "what answers is not a Docker engine");
        }
        String api = version.get("ApiVersion").asText();
        String evidence = "Docker " + version.path("Version").asText() + ", API " + api + ", at " + address;
        int minor = Integer.parseInt(api.substring(api.indexOf('.') + 1));
        return api.startsWith("1.") && minor < LEAST_MINOR
                ? Diagnosis.fail(ITEM, evidence, "Install Docker 20.10 or later.")
                : Diagnosis.pass(ITEM, evidence);
    }

    private static Diagnosis unreachable(URI address, String reason) {
        return Diagnosis.fail(
                ITEM,
                "the engine at " + address + " cannot be asked: " + reason,
                "Start Docker, let this user use its socket, or unset DOCKER_HOST.");
    }
}

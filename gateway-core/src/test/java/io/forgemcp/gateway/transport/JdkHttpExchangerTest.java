package io.forgemcp.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JdkHttpExchangerTest {
    private final JdkHttpExchanger http = new JdkHttpExchanger();
    private final CountDownLatch broken = new CountDownLatch(2);

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void aStreamThatIsCancelledBetweenTwoEventsIsClosedAtOnce() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer(this::endlessStream)) {
            for (int i = 0; i < 2; i++) {
                Stream stream = new Stream();
                UpstreamChannel.Exchange exchange = http.send(get(server), stream);
                await().until(() -> stream.parts > 0);
                exchange.cancel();
                assertThat(stream.end).failsWithin(10, TimeUnit.SECONDS);
            }
            assertThat(broken.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void cancellingAnAnswerAtItsLastByteLeavesItsConnectionToTheNextRequest() throws Exception {
        Set<Socket> connections = ConcurrentHashMap.newKeySet();
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            connections.add(socket);
            ScriptedHttpServer.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        })) {
            for (int i = 0; i < 3; i++) {
                CompletableFuture<UpstreamChannel.Exchange> sent = new CompletableFuture<>();
                Stream stream = new Stream() {
                    @Override
                    public void onContent(ByteBuffer part) {
                        sent.join().cancel();
                    }
                };
                sent.complete(http.send(get(server), stream));
                assertThat(stream.end).failsWithin(10, TimeUnit.SECONDS);
                await().until(http::isIdle);
            }
            assertThat(connections).hasSize(1);
        }
    }

    @Test
    void cancellingAnAnswerThatHasEndedLeavesItsConnectionToTheNextRequest() throws Exception {
        Set<Integer> connections = ConcurrentHashMap.newKeySet();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            connections.add(exchange.getRemoteAddress().getPort());
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        try {
            URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
            for (int i = 0; i < 50; i++) {
                Stream stream = new Stream();
                UpstreamChannel.Exchange exchange =
                        http.send(new HttpExchanger.Call("GET", uri, List.of(), null), stream);
                assertThat(stream.end).succeedsWithin(10, TimeUnit.SECONDS);
                exchange.cancel();
            }
            assertThat(connections).hasSizeLessThan(10);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void closingEndsEveryExchangeWithItsConnection() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            if (request.path().equals("/stream")) {
                endlessStream(request, out, socket);
            } else if (socket.getInputStream().read() < 0) {
                broken.countDown();
            }
        })) {
            Stream stream = new Stream();
            http.send(get(server), stream);
            await().until(() -> stream.parts > 0);
            Stream unanswered = new Stream();
            http.send(
                    new HttpExchanger.Call(
                            "POST", server.uri("/call"), List.of(), "{}".getBytes(StandardCharsets.UTF_8)),
                    unanswered);
            await().until(() -> server.requests.size() == 2);

            http.close();

            assertThat(stream.end).failsWithin(10, TimeUnit.SECONDS);
            assertThat(unanswered.end).failsWithin(10, TimeUnit.SECONDS);
            assertThat(broken.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void endlessStream(ScriptedHttpServer.Request request, OutputStream out, Socket socket) throws IOException {
        ScriptedHttpServer.stream(out);
        ScriptedHttpServer.write(out, "data: 1\n\n");
        if (socket.getInputStream().read() < 0) {
            broken.countDown();
        }
    }

    private static HttpExchanger.Call get(ScriptedHttpServer server) {
        return new HttpExchanger.Call("GET", server.uri("/stream"), List.of(), null);
    }

    private static class Stream implements HttpExchanger.Listener {
        final CompletableFuture<Void> end = new CompletableFuture<>();
        volatile int parts;

        @Override
        public void onHeaders(int status, Function<String, @Nullable String> headers) {}

        @Override
        public void onContent(ByteBuffer part) {
            parts++;
        }

        @Override
        public void onComplete() {
            end.complete(null);
        }

        @Override
        public void onFailure(Throwable failure, boolean delivered) {
            end.completeExceptionally(failure);
        }
    }
}

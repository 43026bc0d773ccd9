package io.forgemcp.server.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JettyHttpExchangerTest {
    private final JettyHttpExchanger exchanger = new JettyHttpExchanger();
    private final List<Socket> accepted = Collections.synchronizedList(new ArrayList<>());
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        server.setSoTimeout(10_000);
    }

    @AfterEach
    void close() throws IOException {
        exchanger.close();
        for (Socket socket : accepted) {
            socket.close();
        }
        server.close();
    }

    @Test
    void sendsWhatItIsGivenAndNothingOfItsOwn() throws Exception {
        Answer answer = new Answer();
        exchanger.send(
                new HttpExchanger.Call(
                        "POST",
                        url("/mcp?x=1"),
                        List.of("Content-Type", "application/json", "Accept", "application/json", "X-A", "1"),
                        "{}".getBytes(UTF_8)),
                answer);
        Socket connection = accept();
        String request = readRequest(connection);
        reply(connection, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nX-B: 2\r\nSet-Cookie: a=b\r\n\r\n{\"a\":1}");

        assertThat(answer.done.get(5, TimeUnit.SECONDS)).isEqualTo("{\"a\":1}");
        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.headers.apply("x-b")).isEqualTo("2");
        assertThat(answer.headers.apply("absent")).isNull();
        assertThat(request.lines())
                .containsExactlyInAnyOrder(
                        "POST /mcp?x=1 HTTP/1.1",
                        "Host: localhost:" + server.getLocalPort(),
                        "Content-Type: application/json",
                        "Accept: application/json",
                        "X-A: 1",
                        "Content-Length: 2",
                        "",
                        "{}");
    }

    @Test
    void allSchemesOfAServerThatWantsToKnowWhoAsksAreHandedOn() throws Exception {
        Answer answer = new Answer();
        exchanger.send(post(), answer);
        Socket connection = accept();
        readRequest(connection);
        reply(
                connection,
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a, b\"\r\n"
                        + "WWW-Authenticate: Bearer scope=\"x\"\r\nContent-Length: 0\r\n\r\n");

        answer.done.get(5, TimeUnit.SECONDS);

        assertThat(answer.headers.apply("WWW-Authenticate")).isEqualTo("Basic realm=\"a, b\", Bearer scope=\"x\"");
    }

    @Test
    void aConnectionIsUsedAgainWithoutTheCookieAndTheRedirectIsHandedOn() throws Exception {
        Answer first = new Answer();
        exchanger.send(post(), first);
        Socket connection = accept();
        readRequest(connection);
        reply(connection, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n");
        first.done.get(5, TimeUnit.SECONDS);
        assertThat(first.status).isEqualTo(302);

        Answer second = new Answer();
        exchanger.send(post(), second);
        assertThat(readRequest(connection)).startsWith("POST /mcp ").doesNotContain("Cookie");
        reply(connection, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        second.done.get(5, TimeUnit.SECONDS);
        assertThat(second.status).isEqualTo(202);
    }

    @Test
    void eachPartOfAStreamArrivesAtOnce() throws Exception {
        Answer answer = new Answer();
        exchanger.send(
                new HttpExchanger.Call("GET", url("/mcp"), List.of("Accept", "text/event-stream"), null), answer);
        Socket connection = accept();
        readRequest(connection);
        reply(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        await().until(() -> answer.status == 200);
        for (String part : List.of("one", "two", "three")) {
            String before = answer.text();
            reply(connection, Integer.toHexString(part.length()) + "\r\n" + part + "\r\n");
            await().untilAsserted(() -> assertThat(answer.text()).isEqualTo(before + part));
        }
        reply(connection, "0\r\n\r\n");
        assertThat(answer.done.get(5, TimeUnit.SECONDS)).isEqualTo("onetwothree");
    }

    @Test
    void aRefusedConnectionWasNotDelivered() throws Exception {
        server.close();
        Answer answer = new Answer();
        exchanger.send(post(), answer);

        assertThat(answer.done).failsWithin(10, TimeUnit.SECONDS);
        assertThat(answer.delivered).isFalse();
    }

    @Test
    void anUnknownHostWasNotDelivered() {
        Answer answer = new Answer();
        exchanger.send(
                new HttpExchanger.Call("POST", URI.create("http://nowhere.invalid/mcp"), List.of(), new byte[0]),
                answer);

        assertThat(answer.done).failsWithin(20, TimeUnit.SECONDS);
        assertThat(answer.delivered).isFalse();
    }

    @Test
    void aUrlThatIsNoneIsRefusedWithoutDelivery() {
        Answer answer = new Answer();
        exchanger.send(new HttpExchanger.Call("POST", URI.create("mailto:a@b"), List.of(), new byte[0]), answer);

        assertThat(answer.done).failsWithin(10, TimeUnit.SECONDS);
        assertThat(answer.delivered).isFalse();
    }

    @Test
    void aConnectionThatBreaksAfterTheRequestMayHaveDeliveredIt() throws Exception {
        Answer answer = new Answer();
        exchanger.send(post(), answer);
        Socket connection = accept();
        readRequest(connection);
        connection.close();

        assertThat(answer.done).failsWithin(10, TimeUnit.SECONDS);
        assertThat(answer.delivered).isTrue();
    }

    @Test
    void aCancelledExchangeClosesItsConnectionAndSaysSoOnce() throws Exception {
        Answer answer = new Answer();
        UpstreamChannel.Exchange exchange = exchanger.send(post(), answer);
        Socket connection = accept();
        readRequest(connection);
        exchange.cancel();
        exchange.cancel();

        assertThat(answer.done).failsWithin(10, TimeUnit.SECONDS);
        assertThat(answer.failure).isInstanceOf(CancellationException.class);
        assertThat(connection.getInputStream().read()).isEqualTo(-1);
        assertThat(answer.ends).isEqualTo(1);
    }

    @Test
    void closingEndsEveryExchangeWithItsConnection() throws Exception {
        Answer stream = new Answer();
        exchanger.send(new HttpExchanger.Call("GET", url("/mcp"), List.of(), null), stream);
        Socket streaming = accept();
        readRequest(streaming);
        reply(streaming, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        await().until(() -> stream.text().equals("one"));
        Answer call = new Answer();
        exchanger.send(post(), call);
        Socket unanswered = accept();
        readRequest(unanswered);

        exchanger.close();

        assertThat(stream.done).failsWithin(10, TimeUnit.SECONDS);
        assertThat(call.done).failsWithin(10, TimeUnit.SECONDS);
        assertThat(streaming.getInputStream().read()).isEqualTo(-1);
        assertThat(unanswered.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void evictionClosesIdleConnectionsToTheOriginOnly() throws Exception {
        Answer first = new Answer();
        exchanger.send(post(), first);
        Socket connection = accept();
        readRequest(connection);
        reply(connection, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        first.done.get(5, TimeUnit.SECONDS);

        exchanger.evict(URI.create("http://localhost:1/"));
        Answer second = new Answer();
        exchanger.send(post(), second);
        readRequest(connection);
        reply(connection, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        second.done.get(5, TimeUnit.SECONDS);

        exchanger.evict(url("/"));
        assertThat(connection.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void twoHundredStreamsAndTwoHundredCallsAreHeldAtOnce() throws Exception {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Answer stream = new Answer();
            exchanger.send(new HttpExchanger.Call("GET", url("/mcp"), List.of(), null), stream);
            Answer call = new Answer();
            exchanger.send(post(), call);
            answers.add(stream);
            answers.add(call);
        }
        // The client may open a few more connections than it needs, so each has a thread that looks for a request.
        CountDownLatch arrived = new CountDownLatch(400);
        ExecutorService readers = Executors.newCachedThreadPool();
        readers.execute(() -> {
            while (arrived.getCount() > 0) {
                try {
                    Socket connection = accept();
                    readers.execute(() -> {
                        try {
                            readRequest(connection);
                            arrived.countDown();
                            arrived.await();
                            reply(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                        } catch (IOException | InterruptedException unused) {
                            Thread.currentThread().interrupt();
                        }
                    });
                } catch (IOException closed) {
                    return;
                }
            }
        });
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
        for (Answer answer : answers) {
            assertThat(answer.done.get(10, TimeUnit.SECONDS)).isEqualTo("ok");
        }
        readers.shutdownNow();
    }

    @Test
    void aClosedExchangerRefuses() {
        exchanger.close();
        Answer answer = new Answer();
        exchanger.send(post(), answer);

        assertThat(answer.done).failsWithin(5, TimeUnit.SECONDS);
        assertThat(answer.delivered).isFalse();
    }

    private HttpExchanger.Call post() {
        return new HttpExchanger.Call(
                "POST", url("/mcp"), List.of("Content-Type", "application/json"), "{}".getBytes(UTF_8));
    }

    private URI url(String path) {
        return URI.create("http://localhost:" + server.getLocalPort() + path);
    }

    private Socket accept() throws IOException {
        Socket socket = server.accept();
        socket.setSoTimeout(10_000);
        accepted.add(socket);
        return socket;
    }

    private static String readRequest(Socket socket) throws IOException {
        StringBuilder request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
            int c = socket.getInputStream().read();
            if (c < 0) {
                throw new IOException("The connection ended after: " + request);
            }
            request.append((char) c);
        }
        if (request.indexOf("Content-Length: 2") > 0) {
            request.append(new String(socket.getInputStream().readNBytes(2), UTF_8));
        }
        return request.toString();
    }

    private static void reply(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
        socket.getOutputStream().flush();
    }

    /** Remembers everything that it was told. */
    private static final class Answer implements HttpExchanger.Listener {
        final CompletableFuture<String> done = new CompletableFuture<>();
        private final StringBuffer text = new StringBuffer();
        volatile int status;
        volatile Function<String, String> headers;
        volatile boolean delivered = true;
        volatile Throwable failure;
        volatile int ends;

        String text() {
            return text.toString();
        }

        @Override
        public void onHeaders(int code, Function<String, String> found) {
            headers = found;
            status = code;
        }

        @Override
        public void onContent(ByteBuffer part) {
            text.append(UTF_8.decode(part));
        }

        @Override
        public void onComplete() {
            ends++;
            done.complete(text.toString());
        }

        @Override
        public void onFailure(Throwable cause, boolean wasDelivered) {
            ends++;
            failure = cause;
            delivered = wasDelivered;
            done.completeExceptionally(cause);
        }
    }
}

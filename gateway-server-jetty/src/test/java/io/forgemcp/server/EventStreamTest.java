package io.forgemcp.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EventStreamTest {
    private static final String OPEN = "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";

    private final BlockingQueue<EventStream> opened = new LinkedBlockingQueue<>();
    private final AtomicInteger disconnects = new AtomicInteger();
    private final McpEndpoint streaming = (request, responder) -> {
        responder.onDisconnect(disconnects::incrementAndGet);
        opened.add(responder.stream());
    };

    @Test
    void aClientThatGoesAwayIsNoticedWithoutAnythingBeingSent() throws Exception {
        try (ListenerFixture listener = new ListenerFixture(streaming)) {
            Socket client = listener.raw(OPEN);
            opened.take();
            readHeaders(client);
            client.close();

            await().atMost(Duration.ofSeconds(5)).untilAtomic(disconnects, org.hamcrest.Matchers.is(1));
        }
    }

    @Test
    void aClientThatGoesAwayAbruptlyIsNoticed() throws Exception {
        try (ListenerFixture listener = new ListenerFixture(streaming)) {
            Socket client = listener.raw(OPEN);
            opened.take();
            readHeaders(client);
            client.setSoLinger(true, 0);
            client.close();

            await().atMost(Duration.ofSeconds(5)).untilAtomic(disconnects, org.hamcrest.Matchers.is(1));
        }
    }

    @Test
    void soIsOneWhosePostIsTheLastThingOnItsConnection() throws Exception {
        McpEndpoint last = (request, responder) -> {
            responder.onDisconnect(disconnects::incrementAndGet);
            opened.add(responder.stream("Connection", "close"));
        };
        try (ListenerFixture listener = new ListenerFixture(last)) {
            Socket client = listener.raw("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Accept: text/event-stream\r\nContent-Length: 2\r\n\r\n{}");
            opened.take();
            readHeaders(client);
            client.close();

            await().atMost(Duration.ofSeconds(5)).untilAtomic(disconnects, org.hamcrest.Matchers.is(1));
        }
    }

    @Test
    void aClientThatHasClosedItsOwnDirectionStillHears() throws Exception {
        try (ListenerFixture listener = new ListenerFixture(streaming)) {
            Socket client = listener.raw(OPEN);
            EventStream stream = opened.take();
            BufferedReader lines = readHeaders(client);
            client.shutdownOutput();
            // Two comments look whether anybody is there.
            assertThat(nextData(lines, stream, "after")).isEqualTo("data: after");
            assertThat(disconnects).hasValue(0);
            client.close();
        }
    }

    @Test
    void aStreamThatEndsNormallyIsNoDisconnect() throws Exception {
        try (ListenerFixture listener = new ListenerFixture(streaming)) {
            Socket client = listener.raw(OPEN);
            EventStream stream = opened.take();
            stream.event(null, "last".getBytes(UTF_8));
            stream.close();
            stream.close();
            stream.event(null, "too late".getBytes(UTF_8));

            String all = new String(client.getInputStream().readAllBytes(), UTF_8);
            assertThat(all).contains("data: last").doesNotContain("too late").endsWith("0\r\n\r\n");
            assertThat(disconnects).hasValue(0);
            client.close();
        }
    }

    @Test
    void aStreamOnAPostLeavesTheConnectionUsable() throws Exception {
        McpEndpoint endpoint = (request, responder) -> {
            EventStream stream = responder.stream();
            stream.event(null, request.body());
            stream.close();
        };
        try (ListenerFixture listener = new ListenerFixture(endpoint)) {
            String post = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 2\r\n\r\n";
            try (Socket client = listener.raw(post + "{}" + post + "[]")) {
                BufferedReader lines = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
                List<String> data = new ArrayList<>();
                while (data.size() < 2) {
                    String line = lines.readLine();
                    if (line.startsWith("data: ")) {
                        data.add(line);
                    }
                }
                assertThat(data).containsExactly("data: {}", "data: []");
            }
        }
    }

    @Test
    void aClientThatDoesNotReadIsCutOff() throws Exception {
        ServerSettings settings = ServerSettings.defaults().withStreams(256 * 1024, Duration.ofSeconds(20));
        try (ListenerFixture listener = new ListenerFixture(streaming, settings)) {
            Socket client = listener.raw(OPEN);
            EventStream stream = opened.take();
            byte[] event = new byte[16 * 1024];
            java.util.Arrays.fill(event, (byte) 'x');
            // Whatever the kernel's buffers hold on both sides, this is more.
            for (int i = 0; i < 4096 && disconnects.get() == 0; i++) {
                stream.event(null, event);
            }

            await().atMost(Duration.ofSeconds(5)).untilAtomic(disconnects, org.hamcrest.Matchers.is(1));
            client.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 100_000, 12_000_000})
    void aClientThatReadsIsNotCutOffWhateverTheSizeOfOneEvent(int size) throws Exception {
        try (ListenerFixture listener = new ListenerFixture(streaming)) {
            Socket client = listener.raw(OPEN);
            EventStream stream = opened.take();
            BufferedReader lines = readHeaders(client);
            String text = "y".repeat(size);
            stream.event(null, text.getBytes(UTF_8));

            assertThat(nextPayload(lines, size)).isEqualTo(text);
            assertThat(disconnects).hasValue(0);
            client.close();
        }
    }

    @Test
    void eventsOfManyWritersArriveWholeAndEachWritersInOrder() throws Exception {
        int writers = 8;
        int events = 2000;
        try (ListenerFixture listener = new ListenerFixture(streaming)) {
            Socket client = listener.raw(OPEN);
            EventStream stream = opened.take();
            List<Thread> threads = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                int name = writer;
                threads.add(new Thread(() -> {
                    for (int i = 0; i < events; i++) {
                        stream.event(null, (name + ":" + i).getBytes(UTF_8));
                    }
                }));
            }
            threads.forEach(Thread::start);
            int[] next = new int[writers];
            int seen = 0;
            BufferedReader lines = readHeaders(client);
            while (seen < writers * events) {
                String line = lines.readLine();
                if (line.startsWith("data: ")) {
                    String[] parts = line.substring(6).split(":");
                    assertThat(Integer.parseInt(parts[1])).isEqualTo(next[Integer.parseInt(parts[0])]++);
                    seen++;
                }
            }
            for (Thread thread : threads) {
                thread.join();
            }
            client.close();
        }
    }

    @Test
    void aThousandStreamsStayOpenWithoutAThreadEachAndAllHear() throws Exception {
        try (ListenerFixture listener = new ListenerFixture(streaming)) {
            int threadsBefore = Thread.activeCount();
            List<Socket> clients = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 1000; i++) {
                clients.add(listener.raw(OPEN));
            }
            List<EventStream> streams = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                streams.add(opened.take());
            }
            assertThat(Thread.activeCount() - threadsBefore).isLessThan(20);
            for (EventStream stream : streams) {
                stream.event(null, "hello".getBytes(UTF_8));
            }
            for (Socket client : clients) {
                assertThat(nextPayload(readHeaders(client), 5)).isEqualTo("hello");
                client.close();
            }
            await().atMost(Duration.ofSeconds(10)).untilAtomic(disconnects, org.hamcrest.Matchers.is(1000));
        }
    }

    @Test
    void aSilentStreamIsKeptAliveByComments() throws Exception {
        ServerSettings settings = ServerSettings.defaults().withStreams(1024 * 1024, Duration.ofMillis(200));
        try (ListenerFixture listener = new ListenerFixture(streaming, settings)) {
            Socket client = listener.raw(OPEN);
            opened.take();
            BufferedReader lines = readHeaders(client);
            for (int i = 0; i < 3; i++) {
                String line = lines.readLine();
                while (!line.startsWith(":")) {
                    line = lines.readLine();
                }
            }
            client.close();
        }
    }

    @Test
    void closingTheListenerEndsStreams() throws Exception {
        ListenerFixture listener = new ListenerFixture(streaming);
        Socket client = listener.raw(OPEN);
        opened.take();
        listener.close();

        assertThat(new String(client.getInputStream().readAllBytes(), UTF_8)).endsWith("0\r\n\r\n");
        client.close();
    }

    private static BufferedReader readHeaders(Socket client) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
        String line = lines.readLine();
        assertThat(line).isEqualTo("HTTP/1.1 200 OK");
        while (!line.isEmpty()) {
            line = lines.readLine();
        }
        return lines;
    }

    private static String nextData(BufferedReader lines, EventStream stream, String text) throws IOException {
        int comments = 0;
        String line = lines.readLine();
        while (!line.startsWith("data: ")) {
            if (line.startsWith(":") && ++comments == 2) {
                stream.event(null, text.getBytes(UTF_8));
            }
            line = lines.readLine();
        }
        return line;
    }

    /** The payload of the next event without the chunk sizes that lie between its parts. */
    private static String nextPayload(BufferedReader lines, int size) throws IOException {
        StringBuilder payload = new StringBuilder();
        String line = lines.readLine();
        while (!line.startsWith("data: ")) {
            line = lines.readLine();
        }
        payload.append(line.substring(6));
        while (payload.length() < size) {
            line = lines.readLine();
            if (line.length() > 8 || line.chars().allMatch(c -> c == 'y')) {
                payload.append(line);
            }
        }
        return payload.toString();
    }
}

package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.InProcessTransport;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.JdkHttpExchanger;
import io.forgemcp.gateway.transport.StdioTransport;
import io.forgemcp.gateway.transport.StreamableHttpTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many clients use the same ids and tokens at the same time; every answer and every progress must find its caller. */
class UpstreamsConcurrencyTest {
    private static final long SEED = Long.getLong("forge.seed", System.nanoTime());
    private static final int CLIENTS = 64;

    private final SystemTimers timers = new SystemTimers();
    private final HttpExchanger http = new JdkHttpExchanger();
    private final Upstreams upstreams = new Upstreams(
            List.of(new StdioTransport(), new StreamableHttpTransport(http, timers), new InProcessTransport()),
            UpstreamSettings.DEFAULT,
            timers,
            new NoMetrics(),
            (service, client, notification) -> {});
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        threads.shutdownNow();
        upstreams.close();
        http.close();
        timers.close();
        assertThat(upstreams.callsUnderWay()).isZero();
        assertThat(upstreams.sessionsOpen()).isZero();
    }

    @Test
    void overOneSharedSessionInThisProcess() throws Exception {
        // Answers come from other threads and in another order than the requests.
        ExecutorService workers = Executors.newFixedThreadPool(4);
        run(new InstanceAddress.InProcess(shuffling(workers)), Isolation.SHARED, 1_000);
        workers.shutdownNow();
    }

    @Test
    void overASessionForEachClientInThisProcess() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(4);
        run(new InstanceAddress.InProcess(shuffling(workers)), Isolation.SESSION, 1_000);
        workers.shutdownNow();
    }

    @Test
    void overOneSharedStdioSession() throws Exception {
        List<Message> held = new ArrayList<>();
        int[] received = new int[1];
        Random random = new Random(SEED);
        try (EchoStdioServer server = new EchoStdioServer(message -> {
            if (!message.isRequest() || message.method().equals("initialize")) {
                return EchoServer.answer(message);
            }
            held.add(message);
            received[0]++;
            List<byte[]> out = new ArrayList<>();
            // Hold some back, but not the last ones.
            if (held.size() > 4 || received[0] > CLIENTS * 200 - 8 || random.nextBoolean()) {
                Collections.shuffle(held, random);
                held.forEach(one -> out.addAll(EchoServer.answer(one)));
                held.clear();
            }
            return out;
        })) {
            run(server.address(), Isolation.SHARED, 200);
        }
    }

    @Test
    void overASessionForEachClientOverHttp() throws Exception {
        try (EchoHttpServer server = new EchoHttpServer()) {
            run(new InstanceAddress.Http(server.uri(), Map.of(), WireProtocol.STREAMABLE_HTTP), Isolation.SESSION, 20);
            assertThat(server.sessions).hasSize(CLIENTS);
            upstreams.close();
            await().untilAsserted(() -> assertThat(server.sessions).isEmpty());
        }
    }

    private static InProcessServer shuffling(ExecutorService workers) {
        return (Consumer<Message> toClient) -> new InProcessServer.Conversation() {
            @Override
            public void receive(Message message) {
                workers.execute(
                        () -> EchoServer.answer(message).forEach(answer -> toClient.accept(Message.parse(answer))));
            }

            @Override
            public void close() {}
        };
    }

    private void run(InstanceAddress address, Isolation isolation, int callsEach) throws InterruptedException {
        ServiceDefinition service =
                ServiceDefinition.stdio("echo", "unused").isolation(isolation).build();
        UpstreamTarget target = new UpstreamTarget(service, new InstanceId(service.name(), 1), address);
        CountDownLatch left = new CountDownLatch(CLIENTS * callsEach);
        // Eight clients at a time, each with up to eight calls under way.
        Semaphore room = new Semaphore(CLIENTS);
        for (int c = 0; c < CLIENTS; c++) {
            int client = c;
            threads.execute(() -> {
                for (int i = 0; i < callsEach; i++) {
                    room.acquireUninterruptibly();
                    upstreams.send(
                            target,
                            ClientProfile.plain(new ClientKey("client-" + client)),
                            new UpstreamRequest(request(client, i), null, Duration.ofSeconds(60)),
                            new Checking(client, i, () -> {
                                room.release();
                                left.countDown();
                            }));
                }
            });
        }

        assertThat(left.await(90, TimeUnit.SECONDS))
                .as("seed %d, unanswered %d", SEED, left.getCount())
                .isTrue();
        assertThat(wrong).as("seed %d", SEED).isEmpty();
    }

    private static Message request(int client, int call) {
        return Message.parse(EchoServer.text("{\"jsonrpc\":\"2.0\",\"id\":" + (call % 3)
                + ",\"method\":\"tools/call\",\"params\":{\"name\":\"say\",\"arguments\":{\"x\":\"" + client + "/"
                + call
                + "\"}" + (call % 2 == 0 ? ",\"_meta\":{\"progressToken\":\"" + client + "\"}" : "") + "}}"));
    }

    private final class Checking implements CallListener {
        private final int client;
        private final int call;
        private final Runnable over;
        private final AtomicInteger progress = new AtomicInteger();
        private final AtomicInteger ends = new AtomicInteger();

        Checking(int client, int call, Runnable over) {
            this.client = client;
            this.call = call;
            this.over = over;
        }

        @Override
        public void onNotification(Message notification) {
            progress.incrementAndGet();
            if (!("\"" + client + "\"").equals(String.valueOf(notification.get(Field.PROGRESS)))) {
                wrong.add(client + " got " + notification.get(Field.PARAMS));
            }
        }

        @Override
        public void onAnswer(Message answer) {
            if (!String.valueOf(answer.get(Field.RESULT)).contains("\"x\":\"" + client + "/" + call + "\"")) {
                wrong.add(client + "/" + call + " got " + answer.get(Field.RESULT));
            }
            if (progress.get() != 1 - call % 2) {
                wrong.add(client + "/" + call + " got progress " + progress.get());
            }
            end();
        }

        @Override
        public void onFailure(GatewayException failure) {
            wrong.add(client + "/" + call + " failed: " + failure);
            end();
        }

        private void end() {
            if (ends.incrementAndGet() > 1) {
                wrong.add(client + "/" + call + " ended twice");
            }
            over.run();
        }
    }
}

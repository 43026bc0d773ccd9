package io.forgemcp.gateway.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams that outlive their connections (MCP 2025-11-25, Transports, Resumability). */
class ResumableStreamsTest {
    private final PuppetServer server = new PuppetServer();
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("s", server).build())
            .build()
            .start();
    private final McpEndpoint http = gateway.streamableHttp();
    private final LegacyClient client = LegacyClient.open(http);

    @AfterEach
    void close() {
        gateway.close();
    }

    private void progress(int step) {
        server.talk()
                .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                        + server.talk().last("tools/call").requireId() + ",\"progress\":" + step + "}}");
    }

    private void answer() {
        server.talk().answer(server.talk().last("tools/call"), "{\"done\":true}");
    }

    @Test
    void aBrokenConnectionCancelsNothingAndTheResultIsThereOnResume() {
        FakeHttp call = client.call("1");
        progress(1);
        call.disconnect();
        progress(2);
        answer();

        FakeHttp resumed = client.resume(call.ids().get(1));
        resumed.awaitStreamEnd();

        assertThat(call.events()).hasSize(1);
        assertThat(resumed.events()).hasSize(2);
        assertThat(resumed.events().get(0)).contains("\"progress\":2");
        assertThat(resumed.events().get(1)).contains("\"id\":1", "{\"done\":true}");
        assertThat(server.talk().heard()).noneMatch(heard -> heard.contains("cancelled"));
    }

    @Test
    void aResumedStreamGoesOnLive() {
        FakeHttp call = client.call("1");
        progress(1);
        call.disconnect();
        FakeHttp resumed = client.resume(call.ids().get(0));
        progress(2);
        answer();
        resumed.awaitStreamEnd();

        assertThat(resumed.events()).hasSize(3);
        assertThat(new HashSet<>(resumed.ids())).hasSize(3);
    }

    @Test
    void onlyTheStreamThatBrokeIsReplayed() {
        FakeHttp first = client.call("1");
        progress(1);
        FakeHttp listening = client.listen();
        server.talk().say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/vendor/said\"}");
        answer();
        first.awaitStreamEnd();

        FakeHttp resumed = client.resume(listening.ids().get(0));

        assertThat(resumed.events()).noneMatch(event -> event.contains("progress") || event.contains("done"));
        assertThat(resumed.streamClosed()).isFalse();
    }

    @Test
    void everyEventOfASessionHasAnIdOfItsOwnAndTheFirstIsEmpty() {
        FakeHttp listening = client.listen();
        FakeHttp call = client.call("1");
        progress(1);
        answer();
        call.awaitStreamEnd();

        assertThat(call.ids()).hasSize(3);
        assertThat(call.events()).hasSize(2);
        assertThat(call.ids()).doesNotContainAnyElementsOf(listening.ids());
    }

    @Test
    void olderRevisionsGetNoEmptyEvent() {
        LegacyClient older = LegacyClient.open(http, "2025-06-18", "{}");
        FakeHttp call = older.call("1");
        progress(1);

        assertThat(call.ids()).hasSize(1);
    }

    @Test
    void aStandingStreamGetsWhatWasSaidWhileItWasBroken() {
        client.call("1");
        answer();
        FakeHttp listening = client.listen();
        listening.disconnect();
        server.talk().say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/vendor/said\"}");

        assertThat(client.resume(listening.ids().get(0)).events()).hasSize(1);
        assertThat(listening.events()).isEmpty();
    }

    @Test
    void anEventThatTheSessionWasNeverGivenIsRefusedWithTheReason() {
        FakeHttp listening = client.listen();
        for (String id : List.of(
                "c99-1",
                "nonsense",
                "s1-x",
                "-1",
                "x1-1",
                "c-1",
                listening.ids().get(0) + "7")) {
            FakeHttp refused = client.resume(id);
            assertThat(refused.status()).as(id).isEqualTo(400);
            assertThat(refused.answer()).contains("GW-1110");
        }
        assertThat(listening.streamClosed()).isFalse();
    }

    @Test
    void anEmptyEventIdIsNone() {
        FakeHttp stream = client.resume("");
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.events()).isEmpty();
    }

    @Test
    void anotherSessionsEventsAreOutOfReach() {
        FakeHttp call = client.call("1");
        progress(1);
        answer();
        call.awaitStreamEnd();

        FakeHttp refused = LegacyClient.open(http).resume(call.ids().get(0));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.events()).isEmpty();
    }

    private static SessionStreams small(int events) {
        return new SessionStreams(
                new ReplayLog(new ReplayLog.Limits(events, 1_000, 1_000, Duration.ofHours(1)), new AtomicLong()),
                () -> 0);
    }

    private static byte[] note(int number) {
        return ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":" + number + "}").getBytes(UTF_8);
    }

    @Test
    void aStreamOfWhichTheMiddleIsNoLongerKeptSaysSoAndBringsTheRest() {
        SessionStreams streams = small(2);
        FakeHttp before = FakeHttp.get();
        SessionStream stream = streams.standing(before.stream(), true, true);
        for (int i = 1; i <= 5; i++) {
            stream.send(note(i));
        }

        FakeHttp resumed = FakeHttp.get();
        assertThat(streams.resume("s1-1", resumed)).isTrue();

        assertThat(resumed.events()).hasSize(3);
        assertThat(resumed.events().get(0)).contains("notifications/message", "2 events");
        assertThat(resumed.events().get(1)).contains("\"params\":4");
        assertThat(resumed.events().get(2)).contains("\"params\":5");
        assertThat(before.streamClosed()).isTrue();
    }

    @Test
    void aCallWhoseAnswerIsNoLongerKeptIsAnsweredWithAnError() {
        SessionStreams streams = small(2);
        SessionStream stream =
                streams.answering(FakeHttp.get().stream(), true, List.of(RequestId.of(7), RequestId.of(8)));
        stream.send(note(1));
        stream.send("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}".getBytes(UTF_8));
        stream.send("{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{}}".getBytes(UTF_8));
        streams.answered(stream);
        streams.standing(FakeHttp.get().stream(), true, true).send(note(2));

        FakeHttp resumed = FakeHttp.get();
        assertThat(streams.resume("c1-0", resumed)).isTrue();

        assertThat(resumed.events()).hasSize(3);
        assertThat(resumed.events().get(1)).contains("\"id\":8,\"result\"");
        assertThat(resumed.events().get(2)).contains("\"id\":7,\"error\"", "GW-1503");
        assertThat(resumed.streamClosed()).isTrue();
        FakeHttp nothingMissed = FakeHttp.get();
        assertThat(streams.resume("c1-3", nothingMissed)).isFalse();
        assertThat(nothingMissed.isAnswered()).isFalse();
    }

    @Test
    void aCallThatIsForgottenWithItsAnswerIsRefused() {
        SessionStreams streams = small(1);
        for (int i = 1; i <= 40; i++) {
            SessionStream stream = streams.answering(FakeHttp.get().stream(), true, List.of(RequestId.of(i)));
            stream.send(note(i));
            streams.answered(stream);
        }

        assertThatThrownBy(() -> streams.resume("c1-0", FakeHttp.get()))
                .hasMessageContaining("c1-0 belongs to no stream");
    }

    @Test
    void aClientThatNamesStreamsFirstGetsOneAtOnce() {
        FakeHttp call = FakeHttp.post(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"s-t\"}}")
                .session(client.session)
                .with("Accept", "text/event-stream, application/json")
                .to(http);

        assertThat(call.ids()).hasSize(1);
        assertThat(call.events()).isEmpty();
        answer();
        call.awaitStreamEnd();
        assertThat(call.events()).hasSize(1);
    }

    @Test
    void theLogKeepsTheNewestWithinItsLimits() {
        AtomicLong total = new AtomicLong();
        ReplayLog log = new ReplayLog(new ReplayLog.Limits(3, 25, 100, Duration.ofNanos(50)), total);
        for (int i = 1; i <= 5; i++) {
            log.add(new ReplayLog.Event("a", i, new byte[10], i));
        }
        assertThat(log.after("a", 0)).extracting(ReplayLog.Event::number).containsExactly(4L, 5L);
        assertThat(total).hasValue(20);

        log.add(new ReplayLog.Event("a", 6, new byte[26], 6));
        assertThat(log.after("a", 4)).extracting(ReplayLog.Event::number).containsExactly(5L);
        log.forget(60);
        assertThat(log.after("a", 0)).isEmpty();
        assertThat(total).hasValue(0);
    }

    @Test
    void allSessionsTogetherKeepNoMoreThanTheirLimit() {
        AtomicLong total = new AtomicLong(95);
        ReplayLog log = new ReplayLog(new ReplayLog.Limits(3, 25, 100, Duration.ofNanos(50)), total);
        log.add(new ReplayLog.Event("a", 1, new byte[10], 1));

        assertThat(log.after("a", 0)).isEmpty();
        assertThat(total).hasValue(95);
    }

    @Test
    void aClientThatAskedForAStreamIsLetGoWhenTheServerLetsTheGatewayGo() {
        FakeHttp call =
                FakeHttp.post("{}").session(client.session).with("Accept", "text/event-stream, application/json");
        FakeHttp patient = FakeHttp.post("{}").session(client.session);
        PostAnswers streaming = PostAnswers.single(session(), call, AnswerForm.STREAM, RequestId.of(1));
        PostAnswers waiting = PostAnswers.single(session(), patient, AnswerForm.JSON, RequestId.of(2));
        streaming.suspended();
        waiting.suspended();

        assertThat(call.streamClosed()).isTrue();
        assertThat(patient.ids()).hasSize(1);
        assertThat(patient.streamClosed()).isFalse();
        waiting.answer("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(patient.events()).containsExactly("{}");
    }

    @Test
    void aClientWhoseStreamBreaksAfterHoursHasTimeToComeBack() {
        io.forgemcp.gateway.time.ManualTimers timers = new io.forgemcp.gateway.time.ManualTimers();
        ClientSessions sessions = new ClientSessions(timers, Duration.ofMinutes(20), 10, gone -> {});
        ClientSession session = sessions.open(io.forgemcp.gateway.security.Caller.LOCAL, null);
        EventStream connection = FakeHttp.post("{}").stream();
        SessionStream stream = session.streams().standing(connection, true, true);
        timers.advance(Duration.ofHours(3).plusMinutes(1));

        stream.disconnected(connection);
        timers.advance(Duration.ofMinutes(10));
        assertThat(sessions.size()).isOne();

        timers.advance(Duration.ofMinutes(20));
        assertThat(sessions.size()).isZero();
    }

    private static ClientSession session() {
        ClientSession session = new ClientSessions(
                        new io.forgemcp.gateway.time.ManualTimers(), Duration.ofMinutes(1), 10, gone -> {})
                .open(io.forgemcp.gateway.security.Caller.LOCAL, null);
        session.initialized(
                io.forgemcp.gateway.protocol.ProtocolVersion.V2025_11_25,
                io.forgemcp.gateway.protocol.JsonSlice.parse("{}"));
        return session;
    }

    @Test
    void theAnswerOfASlowCallBeginsAsAStream() {
        io.forgemcp.gateway.time.ManualTimers timers = new io.forgemcp.gateway.time.ManualTimers();
        PuppetServer puppet = new PuppetServer();
        try (Gateway slow = Gateway.builder()
                .timers(timers)
                .service(ServiceDefinition.java("s", puppet).build())
                .build()
                .start()) {
            LegacyClient patient = LegacyClient.open(slow.streamableHttp());
            FakeHttp call = patient.call("1");
            FakeHttp jsonOnly = FakeHttp.post(
                            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"s-t\"}}")
                    .session(patient.session)
                    .with("Accept", "application/json")
                    .to(slow.streamableHttp());
            timers.advance(SlowCalls.INTERVAL);
            assertThat(call.isAnswered()).isFalse();
            timers.advance(SlowCalls.INTERVAL);
            assertThat(call.ids()).hasSize(1);
            assertThat(jsonOnly.isAnswered()).isFalse();

            call.disconnect();
            Message first = puppet.talk().received.stream()
                    .filter(message -> message.isRequest() && message.method().equals("tools/call"))
                    .findFirst()
                    .orElseThrow();
            puppet.talk().answer(first, "{\"late\":true}");
            assertThat(patient.resume(call.ids().get(0)).events().get(0)).contains("late");
        }
    }

    @Test
    void aClientThatBeginsToListenHearsWhatItMissed() {
        server.resources = "[{\"uri\":\"r:1\",\"name\":\"1\"}]";
        server.capabilities = "{\"tools\":{},\"resources\":{}}";
        gateway.catalog().refresh(ServiceName.of("s")).toCompletableFuture().join();
        FakeHttp listening = client.listen();

        assertThat(listening.events())
                .contains("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/list_changed\"}");
        assertThat(client.listen().events()).isEmpty();
    }
}

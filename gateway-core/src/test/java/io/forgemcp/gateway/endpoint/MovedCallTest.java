package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.InstanceEnded;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.SleepyServer;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import io.forgemcp.gateway.transport.UpstreamTransport;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.upstream.UpstreamSettings;
import io.forgemcp.gateway.upstream.Upstreams;
import io.forgemcp.gateway.virtualserver.Route;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a call whose instance ends: it goes to the next one if it was certainly not sent, and only then. */
class MovedCallTest {
    private static final ClientProfile ANNE = ClientProfile.plain(new ClientKey("anne"));
    private static final Route ROUTE =
            new Route(SleepyServer.NAME, "say", JsonText.quote("say"), ParameterHeaders.NONE);
    private static final String CALL = "\"tools/call\",\"params\":{\"name\":\"say\"}";

    private final Servers servers = new Servers();
    private final SleepyServer server =
            new SleepyServer(JavaServer.builder("any", "1").build(), Isolation.SHARED);
    private final Upstreams upstreams = new Upstreams(
            List.of(servers),
            UpstreamSettings.DEFAULT,
            server.timers(),
            new NoMetrics(),
            (ServiceName service, ClientKey client, Message notification) -> {});
    private final List<ErrorCode> unreachable = new ArrayList<>();
    private final CallPath path = new CallPath(
            server.manager(),
            upstreams,
            new CallRecorder(new NoMetrics(), (service, why) -> unreachable.add(why.code())),
            () -> Duration.ofSeconds(30));
    private boolean told = true;

    MovedCallTest() {
        server.events().subscribe(event -> {
            if (told && event instanceof InstanceEnded end) {
                upstreams.closeInstance(end.instance(), end.reason());
            }
        });
    }

    @AfterEach
    void close() {
        upstreams.close();
        server.close();
    }

    @Test
    void aCallThatCouldNotBeWrittenIsAnsweredByTheInstanceThatFollows() {
        servers.unwritable = 1;
        Heard call = send(CALL);
        server.endByHand("killed");

        assertThat(call.answer).isCompleted();
        assertThat(servers.received).containsExactly("2 tools/call");
        assertThat(server.starts()).isEqualTo(2);
        assertThat(inFlight()).isZero();
        assertThat(unreachable).isEmpty();
    }

    @Test
    void soIsOneThatWaitedForTheConversationWithTheInstanceThatEnded() {
        servers.silent = 1;
        Heard call = send(CALL);
        server.endByHand("killed");

        assertThat(call.answer).isCompleted();
        assertThat(servers.received).containsExactly("2 tools/call");
    }

    @Test
    void whatWasWrittenIsNotSentAgain() {
        servers.busy = 1;
        Heard call = send(CALL);
        server.endByHand("killed");

        assertThat(call.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(servers.received).containsExactly("1 tools/call");
        assertThat(server.starts()).isEqualTo(1);
    }

    @Test
    void aCallMovesOnceOnly() {
        servers.unwritable = 2;
        Heard call = send(CALL);
        server.endByHand("killed");
        server.endByHand("killed again");

        assertThat(call.code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        assertThat(call.failure()).hasMessageContaining("killed again");
        assertThat(server.starts()).isEqualTo(2);
        assertThat(inFlight()).isZero();
        assertThat(unreachable).containsExactly(ErrorCode.UPSTREAM_UNREACHABLE);
    }

    @Test
    void whatDiesWhenItIsStartedIsNotStartedAgainForTheSameCall() {
        servers.silent = 9;
        Heard call = send(CALL);
        server.crash("exit status 1");

        assertThat(call.code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        assertThat(call.failure()).hasMessageContaining("exit status 1");
        server.pass(Duration.ofSeconds(60));
        assertThat(server.starts()).isEqualTo(1);
    }

    @Test
    void afterACrashOfWhatHadWorkedACallWaitsUntilItIsTriedAgain() {
        assertThat(send(CALL).answer).isCompleted();
        servers.unwritable = 1;
        Heard call = send(CALL);
        server.crash("exit status 1");
        assertThat(call.answer).isNotDone();
        server.pass(Duration.ofSeconds(2));

        assertThat(call.answer).isCompleted();
        assertThat(servers.received).containsExactly("1 tools/call", "2 tools/call");
    }

    @Test
    void anInstanceThatIsStillThereIsNotWorthAThirdAttempt() {
        servers.unwritable = 9;
        Heard call = send(CALL);
        servers.failAll();
        server.pass(Duration.ofMillis(100));
        servers.failAll();

        assertThat(call.code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        assertThat(server.starts()).isEqualTo(1);
        assertThat(inFlight()).isZero();
    }

    @Test
    void aTaskAndWhatIsAskedAboutOneStayWhereTheyAre() {
        for (String bound : List.of(
                "\"tools/call\",\"params\":{\"name\":\"say\",\"task\":{}}",
                "\"tasks/get\",\"params\":{\"taskId\":\"t\"}",
                "\"resources/subscribe\",\"params\":{\"uri\":\"a:b\"}")) {
            int before = server.starts();
            servers.unwritable = 99;
            Heard call = send(bound);
            server.endByHand("killed");

            assertThat(call.code()).as(bound).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
            assertThat(server.starts()).as(bound).isEqualTo(before + 1);
        }
    }

    @Test
    void soDoesWhatBelongsToAHeldLease() {
        servers.unwritable = 1;
        Heard call = new Heard();
        path.sendBound(ANNE, ROUTE, request(CALL, Duration.ofSeconds(30)), call);
        server.endByHand("killed");

        assertThat(call.code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        assertThat(server.starts()).isEqualTo(1);
    }

    @Test
    void aCallThatIsCancelledWhileTheNextInstanceStartsIsNotSent() {
        servers.unwritable = 1;
        Heard call = send(CALL);
        Runnable start = server.holdStarts();
        server.endByHand("killed");
        assertThat(call.answer).isNotDone();
        call.handle.cancel("enough");
        start.run();

        assertThat(call.code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(servers.received).isEmpty();
        assertThat(inFlight()).isZero();
    }

    @Test
    void cancellingReachesTheInstanceThatHasTheCallNow() {
        servers.unwritable = 1;
        servers.busy = 2;
        Heard call = send(CALL);
        server.endByHand("killed");
        call.handle.cancel("enough");

        assertThat(call.code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(servers.received).containsExactly("2 tools/call", "2 notifications/cancelled");
    }

    @Test
    void aServiceThatIsStoppedByCommandMeanwhileIsNotStarted() {
        told = false;
        servers.unwritable = 1;
        Heard call = send(CALL);
        server.endByHand("killed");
        assertThat(server.manager().stop(SleepyServer.NAME, Force.NO)).isCompleted();
        upstreams.closeInstance(new InstanceId(SleepyServer.NAME, 1), "killed");

        assertThat(call.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(call.failure()).hasMessageContaining("was stopped");
        assertThat(server.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(server.starts()).isEqualTo(1);
    }

    @Test
    void norOneThatIsStoppedWhileItStartsAgain() {
        servers.unwritable = 1;
        Heard call = send(CALL);
        Runnable start = server.holdStarts();
        server.endByHand("killed");
        CompletionStage<?> stopped = server.manager().stop(SleepyServer.NAME, Force.NO);
        start.run();

        assertThat(stopped).isCompleted();
        assertThat(call.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(server.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(servers.received).isEmpty();
    }

    @Test
    void aServiceThatCannotBeStartedAgainSaysWhy() {
        servers.unwritable = 1;
        Heard call = send(CALL);
        server.failStarts();
        server.endByHand("killed");

        assertThat(call.code()).isEqualTo(ErrorCode.SERVICE_START_FAILED);
        assertThat(call.failure()).hasMessageContaining("not today");
    }

    @Test
    void aCallWhoseTimeIsOverIsNotSentAgain() {
        servers.unwritable = 1;
        Heard call = new Heard();
        path.send(ANNE, ROUTE, request(CALL, Duration.ofNanos(1)), call);
        server.endByHand("killed");

        assertThat(call.code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        assertThat(server.starts()).isEqualTo(1);
    }

    @Test
    void manyFailuresOfAnInstanceThatEndedAreNotHeldAgainstTheNext() {
        assertThat(send(CALL).answer).isCompleted();
        servers.unwritable = 1;
        List<Heard> calls = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            calls.add(send(CALL));
        }
        servers.failAll();
        server.endByHand("killed");
        server.pass(Duration.ofMillis(100));

        assertThat(calls).allSatisfy(call -> assertThat(call.answer).isCompleted());
    }

    private long inFlight() {
        return server.manager().status(SleepyServer.NAME).orElseThrow().inFlight();
    }

    private Heard send(String call) {
        Heard heard = new Heard();
        heard.handle = path.send(ANNE, ROUTE, request(call, Duration.ofSeconds(30)), heard);
        return heard;
    }

    private static UpstreamRequest request(String call, Duration timeout) {
        return new UpstreamRequest(
                Message.parse(
                        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":" + call + "}").getBytes(StandardCharsets.UTF_8)),
                null,
                timeout);
    }

    private static final class Heard implements CallListener {
        private final CompletableFuture<Message> answer = new CompletableFuture<>();
        private Call handle = reason -> {};

        @Override
        public void onAnswer(Message message) {
            assertThat(answer.complete(message)).isTrue();
        }

        @Override
        public void onFailure(GatewayException failure) {
            assertThat(answer.completeExceptionally(failure)).isTrue();
        }

        private GatewayException failure() {
            assertThat(answer).isCompletedExceptionally();
            return GatewayException.of(
                    answer.handle((message, failure) -> failure).join());
        }

        private ErrorCode code() {
            return failure().code();
        }
    }

    /** Speaks to instances, which are numbered from 1 in the order in which they are first spoken to. */
    private final class Servers implements UpstreamTransport {
        /** What instances read. */
        private final List<String> received = new ArrayList<>();

        private final List<UpstreamChannel.Receiver> unwritten = new ArrayList<>();
        /** Up to this one they close their input once they were initialized. */
        private int unwritable;
        /** Up to this one they never say a word. */
        private int silent;
        /** Up to this one they read calls and do not answer. */
        private int busy;

        @Override
        public boolean supports(InstanceAddress address) {
            return true;
        }

        @Override
        public CompletionStage<UpstreamChannel> open(
                String service, InstanceAddress address, ChannelListener listener) {
            int number = server.starts();
            return CompletableFuture.completedFuture(new UpstreamChannel() {
                @Override
                public Exchange send(Outgoing message, Receiver receiver) {
                    Message sent = Message.parse(message.json());
                    boolean opening = "initialize".equals(message.method());
                    if (!message.request() && opening(message.method())) {
                        receiver.onEnd();
                    } else if (number <= (opening ? silent : 0)) {
                        return Exchange.NONE;
                    } else if (opening) {
                        answer(
                                sent,
                                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}");
                    } else if (number <= unwritable) {
                        receiver.onUnsent();
                        unwritten.add(receiver);
                    } else {
                        received.add(number + " " + message.method());
                        if (number > busy && message.request()) {
                            answer(sent, "{}");
                        }
                    }
                    return Exchange.NONE;
                }

                private void answer(Message request, String result) {
                    listener.onMessage(Message.parse(
                            Messages.result(request.requireId(), result.getBytes(StandardCharsets.UTF_8))));
                }

                @Override
                public void close() {}
            });
        }

        private boolean opening(String method) {
            return "notifications/initialized".equals(method);
        }

        /** Says of everything that was not written that it was not. */
        private void failAll() {
            List<UpstreamChannel.Receiver> all = List.copyOf(unwritten);
            unwritten.clear();
            all.forEach(receiver ->
                    receiver.onFailure(new GatewayException(ErrorCode.UPSTREAM_UNREACHABLE, "Its input is closed.")));
        }
    }
}

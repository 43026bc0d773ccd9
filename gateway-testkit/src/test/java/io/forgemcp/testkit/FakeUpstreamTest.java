package io.forgemcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.ToolResult;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.ManualTimers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FakeUpstreamTest {
    private final List<Message> answers = new ArrayList<>();

    private InProcessServer.Conversation talkTo(FakeUpstream upstream) {
        return upstream.open(answers::add);
    }

    private static Message call(String tool, int id) {
        String params = "{\"name\":\"" + tool + "\",\"arguments\":{\"a\":1},\"_meta\":{\"progressToken\":7}}";
        return Messages.request(RequestId.of(id), "tools/call", params.getBytes(StandardCharsets.UTF_8));
    }

    private String last() {
        return new String(answers.get(answers.size() - 1).bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void itBehavesAsItIsTold() {
        ManualTimers timers = new ManualTimers();
        FakeUpstream upstream = new FakeUpstream("fake")
                .tool("echo", Behaviour.echo())
                .tool("bad", Behaviour.error(-32050, "no \"luck\""))
                .tool("never", Behaviour.silence())
                .tool("late", Behaviour.after(Duration.ofSeconds(5), timers, Behaviour.answer("late")))
                .tool("odd", Behaviour.nonsense())
                .tool("twice", Behaviour.stutter("s"))
                .tool("steps", Behaviour.progress(3))
                .tool("flaky", Behaviour.failing(1, Behaviour.answer("well")))
                .tool("broken", Behaviour.defect("oops"));
        InProcessServer.Conversation talk = talkTo(upstream);

        talk.receive(call("echo", 1));
        assertThat(last()).contains("{\\\"a\\\":1}");
        talk.receive(call("bad", 2));
        assertThat(last()).contains("-32050", "no \\\"luck\\\"");
        int before = answers.size();
        talk.receive(call("never", 3));
        talk.receive(call("late", 4));
        assertThat(answers).hasSize(before);
        timers.advance(Duration.ofSeconds(5));
        assertThat(last()).contains("late");
        talk.receive(call("odd", 5));
        assertThat(last()).contains("nobody-asked");
        before = answers.size();
        talk.receive(call("twice", 6));
        assertThat(answers).hasSize(before + 2);
        talk.receive(call("steps", 7));
        assertThat(answers).hasSize(before + 6);
        talk.receive(call("flaky", 8));
        assertThat(last()).contains("not yet");
        talk.receive(call("flaky", 9));
        assertThat(last()).contains("well");
        assertThatThrownBy(() -> talk.receive(call("broken", 10))).hasMessage("oops");
        assertThat(upstream.calls("flaky")).isEqualTo(2);
    }

    @Test
    void heldCallsWaitForTheTestAndClosedConversationsHearNothing() {
        FakeUpstream upstream = new FakeUpstream("fake").tool("slow", Behaviour.held());
        InProcessServer.Conversation talk = talkTo(upstream);
        talk.receive(call("slow", 1));
        talk.receive(call("slow", 2));
        assertThat(upstream.waiting()).isEqualTo(2);
        assertThat(upstream.release()).isEqualTo(2);
        assertThat(answers).hasSize(2);

        talk.receive(call("slow", 3));
        talk.close();
        upstream.release();

        assertThat(answers).hasSize(2);
        assertThat(upstream.openConversations()).isZero();
        assertThat(upstream.conversations()).isEqualTo(1);
    }

    @Test
    void aGatewayLearnsItsToolsAndCallsThem() {
        FakeUpstream upstream =
                new FakeUpstream("fake").tool("echo", Behaviour.echo()).tool("bad", Behaviour.error(-32050, "no luck"));
        try (Gateway gateway =
                Gateway.builder().service(upstream.service().build()).build().start()) {
            CompletionStage<ToolResult> answer = gateway.call("fake-echo", Map.of("x", 1));

            assertThat(answer.toCompletableFuture().join().text()).isEqualTo("{\"x\":1}");
            assertThatThrownBy(() -> gateway.call("fake-bad", Map.of())
                            .toCompletableFuture()
                            .join())
                    .hasRootCauseInstanceOf(GatewayException.class)
                    .hasMessageContaining("no luck");
            assertThat(upstream.calls("echo")).isEqualTo(1);
        }
        assertThat(upstream.openConversations()).isZero();
    }
}

package io.forgemcp.testkit;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** What a tool of a {@link FakeUpstream} does when it is called. */
@FunctionalInterface
public interface Behaviour {
    /**
     * A call that a fake heard.
     *
     * @param send takes the JSON text of any message back to the client
     */
    record Heard(FakeUpstream server, RequestId id, Message message, Consumer<String> send) {
        /** Answers with a text. */
        public void answer(String text) {
            String quoted = new String(JsonText.quote(text), StandardCharsets.UTF_8);
            result("{\"content\":[{\"type\":\"text\",\"text\":" + quoted + "}]}");
        }

        /** Answers with any result. */
        public void result(String json) {
            send.accept("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + json + "}");
        }
    }

    void act(Heard call);

    /** Answers with this text. */
    static Behaviour answer(String text) {
        return call -> call.answer(text);
    }

    /** Answers with the arguments as they came, as JSON text. */
    static Behaviour echo() {
        return call -> {
            JsonSlice params = call.message().get(Message.Field.PARAMS);
            JsonSlice arguments = params == null ? null : params.member("arguments");
            call.answer(arguments == null ? "{}" : arguments.toString());
        };
    }

    /** Answers with an error of the protocol. */
    static Behaviour error(int code, String message) {
        String quoted = new String(JsonText.quote(message), StandardCharsets.UTF_8);
        return call -> call.send()
                .accept("{\"jsonrpc\":\"2.0\",\"id\":" + call.id() + ",\"error\":{\"code\":" + code + ",\"message\":"
                        + quoted + "}}");
    }

    /** Never answers. */
    static Behaviour silence() {
        return call -> {};
    }

    /** Answers "released" when the test calls {@link FakeUpstream#release}. */
    static Behaviour held() {
        return call -> call.server().hold(() -> call.answer("released"));
    }

    /** Does something else a while later. */
    static Behaviour after(Duration delay, Timers timers, Behaviour then) {
        return call -> timers.schedule(delay, () -> then.act(call));
    }

    /** Throws, as a server with a defect does. */
    static Behaviour defect(String message) {
        return call -> {
            throw new IllegalStateException(message);
        };
    }

    /** Answers a request that nobody made, and never the one that was. */
    static Behaviour nonsense() {
        return call -> call.send().accept("{\"jsonrpc\":\"2.0\",\"id\":\"nobody-asked\",\"result\":{\"n\":42}}");
    }

    /** Answers the same request twice. */
    static Behaviour stutter(String text) {
        return call -> {
            call.answer(text);
            call.answer(text);
        };
    }

    /** Reports progress so often to the caller's token, then answers "done". */
    static Behaviour progress(int steps) {
        return call -> {
            JsonSlice token = call.message().get(Message.Field.PROGRESS_TOKEN);
            for (int step = 1; token != null && step <= steps; step++) {
                call.send()
                        .accept("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{"
                                + "\"progressToken\":" + token + ",\"progress\":" + step + ",\"total\":" + steps
                                + "}}");
            }
            call.answer("done");
        };
    }

    /** Fails so many times, then behaves. */
    static Behaviour failing(int times, Behaviour then) {
        AtomicInteger left = new AtomicInteger(times);
        return call -> (left.getAndDecrement() > 0 ? error(-32000, "not yet") : then).act(call);
    }
}

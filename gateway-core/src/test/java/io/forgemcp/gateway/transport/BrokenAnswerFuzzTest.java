package io.forgemcp.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.fuzz.Mutations;
import io.forgemcp.gateway.protocol.BrokenAnswer;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever the bytes are: an answer names the call it was meant for or none, a request names none, and both end. */
@Timeout(120)
class BrokenAnswerFuzzTest {
    private static final int SHORT = 400;
    /** Only in a text that is longer can an id be one that nobody waits for. */
    private static final int LONG = 1000;

    private static final List<String> SAMPLES = List.of(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"a \\\"b\\\" }],\"}],\"n\":NaN}}",
            "{\"result\":{\"id\":4,\"method\":\"x\"},\"jsonrpc\":\"2.0\",\"id\":\"a\\u00e9\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"id\":2,\"error\":{\"code\":-32601,\"message\":\"no\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"sampling/createMessage\",\"params\":{\"result\":1,\"error\":{}}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":1,\"progress\":2}}",
            " [{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}},{\"id\":2,\"error\":null}] ",
            "{\"id\":1,\"result\":{}}{\"id\":2,\"result\":{}}");

    @Test
    void anAnswerNamesItsOwnCallOrNoneAndARequestNone() {
        assertThat(Mutations.run("BrokenAnswerFuzzTest", SAMPLES, BrokenAnswerFuzzTest::fuzzerTestOneInput))
                .isPositive();
    }

    /** The target. */
    public static void fuzzerTestOneInput(byte[] input) {
        List<RequestId> ids = BrokenAnswer.ids(input, id -> true);
        if (!BrokenAnswer.ids(input, id -> false).isEmpty()) {
            throw new AssertionError("Ends calls that nobody waits for");
        }
        Message message;
        try {
            message = Message.parse(input.clone());
        } catch (GatewayException broken) {
            // Only that it came to an end counts here.
            outline(input);
            return;
        }
        List<RequestId> expected =
                message.isAnswer() && message.id() != null ? List.of(spelt(message.requireId())) : List.of();
        boolean odd = message.has(Message.Field.PARAMS) || input.length > LONG;
        if (!ids.equals(expected) && !(odd && ids.isEmpty())) {
            throw new AssertionError("Meant for " + ids + " instead of " + expected);
        }
        if (!new LinkedHashSet<>(expected).containsAll(outline(input))) {
            throw new AssertionError("Its outline is meant for others: " + outline(input));
        }
        Set<RequestId> possible = Set.copyOf(expected);
        for (int length = 0; length < input.length && input.length < SHORT; length++) {
            List<RequestId> told = BrokenAnswer.ids(Arrays.copyOf(input, length), id -> true);
            if (!possible.containsAll(told)) {
                throw new AssertionError("Cut at " + length + " it is meant for " + told);
            }
        }
    }

    private static List<RequestId> outline(byte[] input) {
        LineOutline outline = new LineOutline();
        outline.add(input, 0, input.length);
        return BrokenAnswer.ids(outline.toBytes(), id -> true);
    }

    private static RequestId spelt(RequestId id) {
        JsonSlice value = JsonSlice.parse(id.json());
        return value.isString() ? RequestId.of(value.text()) : id;
    }
}

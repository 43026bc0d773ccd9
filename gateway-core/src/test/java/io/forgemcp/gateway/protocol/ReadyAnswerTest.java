package io.forgemcp.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadyAnswerTest {
    private final ReadyAnswer ready = new ReadyAnswer("{\"tools\":[]}".getBytes(UTF_8));

    @Test
    void isTheAnswerToWhateverIdIsPutBehindIt() {
        Message answer = Message.parse(ready.whole(RequestId.of("ä\"1")));

        assertThat(answer.kind()).isEqualTo(Message.Kind.RESULT);
        assertThat(answer.get(Message.Field.ID)).hasToString("\"ä\\\"1\"");
        assertThat(answer.get(Message.Field.RESULT)).hasToString("{\"tools\":[]}");
    }

    @Test
    void theSharedPartAndTheEndAreTheWholeText() {
        RequestId id = RequestId.of(17);

        assertThat(new String(ready.shared(), UTF_8) + new String(ready.end(id), UTF_8))
                .isEqualTo(new String(ready.whole(id), UTF_8));
        assertThat(new String(ready.result(), UTF_8)).isEqualTo("{\"tools\":[]}");
    }
}

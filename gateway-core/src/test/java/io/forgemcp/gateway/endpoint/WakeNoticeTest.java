package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.ServiceName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WakeNoticeTest {
    private static final ServiceName SEARCH = ServiceName.of("search");

    private static Message call(String meta) {
        return Message.parse(
                ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{" + meta + "\"name\":\"t\"}}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Message notice) {
        return new String(notice.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aClientThatAskedForProgressIsToldThatTheServerWakesAndForAboutHowLong() {
        Message notice = WakeNotice.of(
                call("\"_meta\":{\"progressToken\":\"p-1\"},"), SEARCH, Optional.of(Duration.ofMillis(42)));
        assertThat(notice.isNotification()).isTrue();
        assertThat(text(notice))
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"p-1\","
                                + "\"progress\":0,\"message\":\"waking search, about 42 ms\"}}");
        assertThat(text(WakeNotice.of(call("\"_meta\":{\"progressToken\":3},"), SEARCH, Optional.empty())))
                .contains("\"progressToken\":3,")
                .contains("\"waking search\"");
    }

    @Test
    void aClientThatDidNotAskIsToldNothing() {
        assertThat(WakeNotice.of(call(""), SEARCH, Optional.of(Duration.ofMillis(42))))
                .isNull();
    }
}

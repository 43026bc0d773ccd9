package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.ServiceName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells a client that asked for progress why its call takes longer: the server is being woken. */
final class WakeNotice {
    private WakeNotice() {}

    /**
     * The notification for this request; null if its client did not ask for progress.
     *
     * @param expected how long it will take, if that is known
     */
    static @Nullable Message of(Message request, ServiceName service, Optional<Duration> expected) {
        JsonSlice token = request.get(Message.Field.PROGRESS_TOKEN);
        if (token == null) {
            return null;
        }
        String about = expected.map(duration -> ", about " + Math.max(1, duration.toMillis()) + " ms")
                .orElse("");
        // The names of services are plain enough to stand in a JSON string as they are.
        return Message.parse(
                ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                                + new String(token.toBytes(), StandardCharsets.UTF_8)
                                + ",\"progress\":0,\"message\":\"waking " + service + about + "\"}}")
                        .getBytes(StandardCharsets.UTF_8));
    }
}

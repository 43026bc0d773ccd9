package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/** A virtual server that somebody has just made learns its servers' tools in the background. */
final class Learnt {
    private Learnt() {}

    static void await(GatewayClient client, String method, String member, int size) {
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(
                        () -> assertThat(client.request(method, Json.of("{}")).path(member))
                                .hasSize(size));
    }
}

package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StopRequestTest {
    private final AtomicInteger ended = new AtomicInteger();
    private final StopRequest stop = new StopRequest(ended::incrementAndGet);

    @Test
    void theFirstRequestEndsTheWaitingAndNothingElse() throws Exception {
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(stop::await);
        assertThat(stop.isRequested()).isFalse();
        stop.request();
        waiting.get(10, TimeUnit.SECONDS);
        assertThat(stop.isRequested()).isTrue();
        assertThat(ended).hasValue(0);
    }

    @Test
    void theSecondRequestMeansNow() {
        stop.request();
        stop.request();
        assertThat(ended).hasValue(1);
    }
}

package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.forgemcp.gateway.metrics.DropwizardMetrics;
import io.forgemcp.gateway.service.HealthCheck;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Checked every 10 s with a timeout of 2 s; idle timeout 300 s. */
class HealthWatchTest {
    private static final HealthCheck CHECK = new HealthCheck(null, Duration.ofSeconds(10), Duration.ofSeconds(2));

    private final Lifecycle on = new Lifecycle();
    private final AtomicInteger checks = new AtomicInteger();
    private CompletableFuture<Void> health = CompletableFuture.completedFuture(null);

    private Lifecycle checked(ServiceDefinition.Builder service) {
        on.manager.healthProbe(target -> {
            checks.incrementAndGet();
            return health;
        });
        return on.with(service.healthCheck(CHECK));
    }

    private void failing() {
        health = CompletableFuture.failedFuture(new IllegalStateException("connection refused"));
    }

    @Test
    void checksComeAtTheirIntervalAndNeverKeepAServiceAwake() {
        checked(service("search"));
        on.use();
        on.pass(299);
        assertThat(checks).hasValue(29);
        on.pass(1);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void aSleepingServiceIsNeverAsked() {
        checked(service("search"));
        on.use();
        on.pass(300);
        int before = checks.get();
        on.pass(10_000);
        assertThat(checks).hasValue(before);
        on.use();
        on.pass(10);
        assertThat(checks).hasValue(before + 1);
    }

    @Test
    void threeFailuresInARowRestartItAfterItsBackOff() {
        checked(service("search"));
        on.use();
        failing();
        on.pass(20);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        on.pass(10);
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        assertThat(on.status().errorMessage())
                .contains("search")
                .contains("health checks")
                .contains("connection refused");
        assertThat(on.runtime.instances.get(0).ended).isTrue();
        health = CompletableFuture.completedFuture(null);
        on.pass(1);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(on.runtime.starts).hasValue(2);
    }

    @Test
    void oneGoodAnswerBeginsTheCountAnew() {
        checked(service("search"));
        on.use();
        failing();
        on.pass(20);
        health = CompletableFuture.completedFuture(null);
        on.pass(10);
        failing();
        on.pass(20);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void noAnswerInTimeIsAFailureToo() {
        checked(service("search"));
        on.use();
        health = new CompletableFuture<>();
        on.pass(36);
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        assertThat(on.status().errorMessage()).contains("no answer after 2000 ms");
    }

    @Test
    void aServerThatIsBusyWithACallIsNotCutOff() {
        checked(service("search"));
        Lease lease = on.acquire().join();
        failing();
        on.pass(1000);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        lease.close();
        on.pass(10);
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
    }

    @Test
    void aServerElsewhereThatDoesNotAnswerIsShownAsInErrorAndIsStillCalled() {
        ServiceName far = ServiceName.of("far");
        checked(ServiceDefinition.http("far", URI.create("http://localhost:9/mcp")));
        on.acquire("far", ClientKey.GATEWAY).join().close();
        failing();
        on.pass(10);
        ServiceStatus status = on.manager.status(far).orElseThrow();
        assertThat(status.state()).isEqualTo(ServiceState.ERROR);
        assertThat(status.errorMessage()).contains("connection refused");
        assertThat(on.acquire("far", ClientKey.GATEWAY)).isCompleted();
        health = CompletableFuture.completedFuture(null);
        on.pass(10);
        assertThat(on.manager.status(far).orElseThrow().state()).isEqualTo(ServiceState.RUNNING);
        assertThat(on.manager.status(far).orElseThrow().errorMessage()).isNull();
    }

    @Test
    void whatACallFoundOutAboutAServerElsewhereIsInItsStatusAtOnce() {
        ServiceName far = ServiceName.of("far");
        on.with(ServiceDefinition.http("far", URI.create("http://localhost:9/mcp")))
                .with(service("search"));
        on.acquire("far", ClientKey.GATEWAY).join().close();
        on.use();
        on.manager.noteReachability(far, "no route");
        on.manager.noteReachability(NAME, "of no concern");
        assertThat(on.manager.status(far).orElseThrow().state()).isEqualTo(ServiceState.ERROR);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        on.manager.noteReachability(far, null);
        assertThat(on.manager.status(far).orElseThrow().state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void checksAreCountedFromZeroOnBeforeThereIsOne() {
        MetricRegistry registry = new MetricRegistry();
        try (MeasuredServices services = new MeasuredServices(new DropwizardMetrics(registry))) {
            services.with(service("search"));
            assertThat(registry.getCounters().entrySet())
                    .filteredOn(entry -> entry.getKey().contains("health_check"))
                    .hasSize(2)
                    .allSatisfy(entry -> assertThat(entry.getValue().getCount()).isZero());
        }
    }
}

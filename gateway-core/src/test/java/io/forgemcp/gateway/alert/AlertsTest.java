package io.forgemcp.gateway.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;
import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From values that are measured to alerts: when they fire, when they end, who is told. */
class AlertsTest {
    private static final Duration TICK = Duration.ofSeconds(10);

    private final ManualTimers timers = new ManualTimers();
    private final EventBus events = new EventBus();
    private final GatewayStore store = new InMemoryStore();
    private final List<String> told = new ArrayList<>();
    private final Map<String, Double> cpu = new HashMap<>();
    private Alerts alerts = gateway();

    AlertsTest() {
        events.subscribe(event -> told.add(telling(event)));
    }

    private static String telling(GatewayEvent event) {
        return event.type() + " " + ((AlertChanged) event).rule() + " " + ((AlertChanged) event).service();
    }

    private Alerts gateway() {
        AlertRule busy = new AlertRule(
                "resources",
                "busy",
                Condition.parse("cpu_usage_percent > 80"),
                Severity.CRITICAL,
                List.of("service_name"),
                "{{ $labels.service_name }} is at {{ $value }} %",
                Map.of("summary", "{{ $value | humanizePercentage }} of {{ $labels.nothing }}all"),
                Duration.ofSeconds(30));
        AlertRule full = new AlertRule(
                "system",
                "full",
                Condition.parse("system_memory_usage_percent > 95"),
                Severity.WARNING,
                List.of(),
                "full",
                Map.of(),
                Duration.ZERO);
        AlertSettings settings = new AlertSettings(List.of(busy, full), TICK, Duration.ofHours(1));
        MeasuredMetrics metrics = new MeasuredMetrics(new NoMetrics(), settings.rules());
        for (String service : List.of("github", "fetch")) {
            metrics.gauge(Metric.CPU_USAGE, () -> cpu.getOrDefault(service, Double.NaN), service, "running");
        }
        metrics.gauge(Metric.SYSTEM_MEMORY, () -> cpu.getOrDefault("system", Double.NaN));
        return new Alerts(settings, metrics, timers, events, store, Runnable::run);
    }

    private void pass(int ticks) {
        for (int i = 0; i < ticks; i++) {
            timers.advance(TICK);
            alerts.evaluate();
        }
    }

    @Test
    void anAlertIsPendingUntilItsConditionHasHeldLongEnough() {
        cpu.put("github", 91.0);
        pass(1);
        assertThat(alerts.open()).extracting(Alert::state).containsExactly(Alert.State.PENDING);
        assertThat(told).isEmpty();
        pass(3);
        Alert alert = alerts.open().get(0);
        assertThat(alert.state()).isEqualTo(Alert.State.FIRING);
        assertThat(alert.message()).isEqualTo("github is at 91.00 %");
        assertThat(alert.annotations()).containsEntry("summary", "9100.0 % of all");
        assertThat(Duration.between(alert.since(), alert.firedAt())).isEqualTo(Duration.ofSeconds(30));
        pass(20);
        assertThat(told).containsExactly("alert.firing busy github");
    }

    @Test
    void aConditionThatHeldTooShortlyLeavesNothing() {
        cpu.put("github", 91.0);
        pass(3);
        cpu.put("github", 10.0);
        pass(1);
        assertThat(alerts.open()).isEmpty();
        assertThat(alerts.history()).isEmpty();
        cpu.put("github", 91.0);
        pass(3);
        assertThat(told).isEmpty();
    }

    @Test
    void aValueThatComesAndGoesIsOneAlert() {
        cpu.put("github", 91.0);
        pass(4);
        for (int i = 0; i < 10; i++) {
            cpu.put("github", 10.0);
            pass(5);
            cpu.put("github", 91.0);
            pass(1);
        }
        assertThat(told).containsExactly("alert.firing busy github");
        cpu.put("github", 10.0);
        pass(6);
        assertThat(alerts.open()).hasSize(1);
        pass(1);
        assertThat(alerts.open()).isEmpty();
        assertThat(alerts.history()).extracting(Alert::state).containsExactly(Alert.State.RESOLVED);
        assertThat(told).containsExactly("alert.firing busy github", "alert.resolved busy github");
    }

    @Test
    void servicesHaveAlertsOfTheirOwnAndTheMachineHasOneWithoutAService() {
        cpu.putAll(Map.of("github", 91.0, "fetch", 95.0, "system", 99.0));
        pass(4);
        assertThat(alerts.open()).extracting(Alert::service).containsExactlyInAnyOrder("github", "fetch", null);
        assertThat(alerts.open()).extracting(Alert::id).doesNotHaveDuplicates();
    }

    @Test
    void anAlertThatBeginsAgainIsAnother() {
        cpu.put("system", 99.0);
        pass(1);
        String first = alerts.open().get(0).id();
        cpu.put("system", 1.0);
        pass(7);
        cpu.put("system", 99.0);
        pass(1);
        assertThat(alerts.open().get(0).id()).isNotEqualTo(first);
        assertThat(alerts.history()).extracting(Alert::id).containsExactly(first);
    }

    @Test
    void whatIsOverIsForgottenAfterAWhile() {
        cpu.put("system", 99.0);
        pass(1);
        cpu.put("system", 1.0);
        pass(7);
        assertThat(alerts.history()).hasSize(1);
        timers.advance(Duration.ofHours(1));
        pass(1);
        assertThat(alerts.history()).isEmpty();
    }

    @Test
    void aWallClockThatJumpsNeitherFiresNorEndsAnything() {
        cpu.put("github", 91.0);
        pass(1);
        timers.jumpWallClock(Duration.ofHours(2));
        pass(1);
        assertThat(alerts.open()).extracting(Alert::state).containsExactly(Alert.State.PENDING);
        pass(2);
        cpu.put("github", 10.0);
        pass(1);
        timers.jumpWallClock(Duration.ofHours(-5));
        pass(1);
        assertThat(alerts.open()).extracting(Alert::state).containsExactly(Alert.State.FIRING);
    }

    @Test
    void anAcknowledgementSaysWhoAndEndsWithTheAlert() {
        cpu.put("system", 99.0);
        pass(1);
        String id = alerts.open().get(0).id();
        alerts.acknowledge(id, "ann", "looking");
        assertThat(alerts.open().get(0).acknowledged())
                .isEqualTo(new Alert.Acknowledgement(timers.now(), "ann", "looking"));
        assertThat(told).endsWith("alert.acknowledged full null");
        cpu.put("system", 1.0);
        pass(7);
        refused(() -> alerts.acknowledge(id, "ann", ""), "is over");
        cpu.put("system", 99.0);
        pass(1);
        assertThat(alerts.open().get(0).acknowledged()).isNull();
        refused(() -> alerts.acknowledge("alert-77", "ann", ""), "There is no alert \"alert-77\"");
    }

    @Test
    void whatIsPendingCannotBeAcknowledged() {
        cpu.put("github", 91.0);
        pass(1);
        refused(() -> alerts.acknowledge(alerts.open().get(0).id(), "ann", ""), "does not fire yet");
    }

    @Test
    void aSilenceKeepsItsRuleAndServiceQuietUntilItExpires() {
        alerts.silence("busy", "GITHUB", Duration.ofMinutes(5), "ann", "upgrade");
        cpu.putAll(Map.of("github", 91.0, "fetch", 95.0));
        pass(4);
        assertThat(told).containsExactly("alert.firing busy fetch");
        assertThat(alerts.open())
                .filteredOn(alert -> alert.silence() != null)
                .extracting(Alert::service)
                .containsExactly("github");
        pass(26);
        assertThat(told).containsExactly("alert.firing busy fetch", "alert.firing busy github");
        assertThat(alerts.silences()).isEmpty();
    }

    @Test
    void whatBeganAndEndedInSilenceIsInTheHistoryAndNobodyWasTold() {
        cpu.put("github", 91.0);
        pass(1);
        Silence silence = alerts.silence(alerts.open().get(0).id(), Duration.ofHours(1), "ann", "");
        assertThat(silence.rule()).isEqualTo("busy");
        assertThat(silence.service()).isEqualTo("github");
        pass(4);
        cpu.put("github", 1.0);
        pass(7);
        assertThat(told).isEmpty();
        assertThat(alerts.history()).hasSize(1);
        alerts.unsilence(silence.id());
        assertThat(alerts.silences()).isEmpty();
        refused(() -> alerts.unsilence(silence.id()), "There is no silence");
    }

    @Test
    void aSilenceMustEnd() {
        assertThatThrownBy(() -> alerts.silence(null, null, Duration.ofDays(31), "ann", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("30 days");
        assertThatThrownBy(() -> alerts.silence(null, null, Duration.ZERO, "ann", ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(alerts.silences()).isEmpty();
    }

    @Test
    void whatFiresIsSilencedOrIsOverOutlivesARestartAndIsNotToldAgain() {
        cpu.put("system", 99.0);
        pass(1);
        cpu.put("system", 1.0);
        pass(7);
        cpu.put("github", 91.0);
        pass(4);
        String firing = alerts.open().get(0).id();
        alerts.silence("full", null, Duration.ofHours(1), "ann", "known");
        alerts.acknowledge(firing, "ann", "mine");
        told.clear();

        alerts = gateway();
        alerts.restore();
        assertThat(alerts.history()).extracting(Alert::rule).containsExactly("full");
        assertThat(alerts.silences()).extracting(Silence::comment).containsExactly("known");
        pass(1);
        Alert again = alerts.open().get(0);
        assertThat(again.id()).isEqualTo(firing);
        assertThat(again.acknowledged().by()).isEqualTo("ann");
        assertThat(told).isEmpty();
        cpu.put("github", 1.0);
        pass(7);
        assertThat(told).containsExactly("alert.resolved busy github");
        cpu.put("fetch", 99.0);
        pass(1);
        assertThat(alerts.open().get(0).id()).isNotEqualTo(firing);
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String why) {
        assertThatThrownBy(call).isInstanceOf(GatewayException.class).hasMessageContaining(why);
    }
}

package io.forgemcp.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.endpoint.CountedCalls;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.MeasuredServices;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.scaling.prediction.CallForecast;
import io.forgemcp.gateway.scaling.prediction.ServicePrediction;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Weeks of a service that is called every ten minutes on weekday mornings, on manual time. */
class DemandTest {
    private static final ServiceName NAME = ServiceName.of("search");

    private final MeasuredServices on = new MeasuredServices();
    private final CountedCalls calls = new CountedCalls();
    private final GatewayStore store = new InMemoryStore();
    private Demand demand = demand(true);

    private Demand demand(boolean waking) {
        return new Demand(
                on.manager,
                calls::tallies,
                new PreWarmer(on.manager, new NoMetrics(), on.bus, on.timers),
                new StoredForecasts(store),
                on.timers,
                ZoneOffset.UTC,
                waking);
    }

    @BeforeEach
    void register() {
        SleepPolicy neverByItself =
                new SleepPolicy(false, Duration.ofMinutes(5), Duration.ZERO, null, SleepPolicy.Depth.AUTO);
        on.with(ServiceDefinition.stdio("search", "server").sleepPolicy(neverByItself));
    }

    @AfterEach
    void close() {
        on.close();
    }

    private ZonedDateTime now() {
        return on.timers.now().atZone(ZoneOffset.UTC);
    }

    private boolean isMorning() {
        return now().getDayOfWeek().getValue() <= 5 && now().getHour() >= 9 && now().getHour() < 12;
    }

    private void live(Duration time) {
        long steps = time.dividedBy(CallForecast.STEP);
        for (long step = 0; step < steps; step++) {
            if (isMorning() && step % 2 == 0) {
                calls.call("search");
            }
            demand.look();
            on.pass(CallForecast.STEP);
        }
    }

    private void liveUntil(int hour) {
        while (now().getHour() != hour || now().getDayOfWeek().getValue() > 5) {
            live(CallForecast.STEP);
        }
    }

    private void putToSleep() {
        on.manager.start(NAME);
        on.manager.sleep(NAME, Force.YES);
        assertThat(on.manager.status(NAME).orElseThrow().asleep()).isTrue();
    }

    private ServicePrediction prediction() {
        return demand.predictions().get(0);
    }

    @Test
    void aLikelyCallWakesTheServiceBeforeItComesAndAnUnlikelyOneDoesNot() {
        live(Duration.ofDays(21));
        liveUntil(3);
        putToSleep();
        live(Duration.ofHours(1));
        assertThat(on.awake("search")).isZero();
        liveUntil(10);
        live(CallForecast.STEP);
        assertThat(prediction().forecast().probability()).isGreaterThan(Demand.LIKELY);
        assertThat(on.awake("search")).isEqualTo(1);
    }

    @Test
    void nothingIsWokenWhereThatIsSwitchedOff() {
        demand = demand(false);
        live(Duration.ofDays(21));
        liveUntil(3);
        putToSleep();
        liveUntil(11);
        assertThat(on.awake("search")).isZero();
        demand.waking(true);
        live(CallForecast.STEP);
        assertThat(on.awake("search")).isEqualTo(1);
    }

    @Test
    void whoeverAsksGetsWhatIsLikelyEnoughWoken() {
        demand = demand(false);
        live(Duration.ofDays(21));
        liveUntil(10);
        putToSleep();
        assertThat(demand.apply(0.999, false).get(0).woken()).isFalse();
        assertThat(demand.apply(0.3, false).get(0).woken()).isTrue();
        assertThat(on.awake("search")).isEqualTo(1);
    }

    @Test
    void aServiceThatWasStoppedIsLeftAlone() {
        live(Duration.ofDays(21));
        liveUntil(3);
        on.manager.start(NAME);
        on.manager.stop(NAME, Force.YES);
        liveUntil(11);
        assertThat(on.awake("search")).isZero();
    }

    @Test
    void whatIsSaidComesTrue() {
        live(Duration.ofDays(35));
        assertThat(prediction().calibration().brierScore()).isLessThan(0.05);
        assertThat(prediction().calibration().brierScore())
                .isLessThan(prediction().calibration().baseBrierScore());
    }

    @Test
    void whatWasLearntIsThereAfterARestart() {
        live(Duration.ofDays(21));
        liveUntil(10);
        demand.save();
        Double before = prediction().forecast().probability();
        demand = demand(true);
        assertThat(prediction().forecast().probability()).isNull();
        demand.restore();
        assertThat(prediction().forecast().probability()).isCloseTo(before, org.assertj.core.data.Offset.offset(0.01));
        assertThat(store.list("forecasts").values().iterator().next().length()).isLessThan(12_000);
    }

    @Test
    void aDocumentThatCannotBeReadCostsNothingElse() {
        store.put("forecasts", "broken", io.forgemcp.gateway.protocol.JsonSlice.parse("{\"name\":7,\"base\":\"x\"}"));
        demand.restore();
        assertThat(demand.predictions()).hasSize(1);
    }
}

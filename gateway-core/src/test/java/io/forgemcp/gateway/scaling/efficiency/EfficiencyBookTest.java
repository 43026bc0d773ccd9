package io.forgemcp.gateway.scaling.efficiency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Measurements every ten seconds on a clock that the test moves. */
class EfficiencyBookTest {
    private static final ServiceName A = ServiceName.of("a");
    private static final ServiceName B = ServiceName.of("b");
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final EfficiencyBook book = new EfficiencyBook(Duration.ofHours(24));
    private long now;
    private long cpu;
    private long awake;
    private long asleep;

    private void live(ServiceName service, int seconds, boolean awake, Long memory, double cores) {
        live(service, seconds, awake ? UseSample.Phase.AWAKE : UseSample.Phase.ASLEEP, memory, cores);
    }

    private void live(ServiceName service, int seconds, UseSample.Phase phase, Long memory, double cores) {
        for (int passed = 0; passed < seconds; passed += 10) {
            now += 10 * SECOND;
            cpu += (long) (10 * SECOND * cores);
            awake += phase == UseSample.Phase.AWAKE ? 10 * SECOND : 0;
            asleep += phase == UseSample.Phase.ASLEEP ? 10 * SECOND : 0;
            book.add(new UseSample(service, now, phase, awake, asleep, memory, cpu));
        }
    }

    private EfficiencyReport.Service only() {
        return book.report(List.of()).services().get(0);
    }

    @Test
    void awakeAndAsleepAreMeasuredApart() {
        live(A, 610, true, 100L, 0.5);
        live(A, 610, false, 10L, 0);
        EfficiencyReport.Service service = only();
        assertThat(service.memoryAwakeBytes()).isEqualTo(100);
        assertThat(service.memoryAsleepBytes()).isEqualTo(10);
        assertThat(service.cpuAwake()).isEqualTo(0.5, within(0.02));
        assertThat(service.cpuAsleep()).isEqualTo(0.0);
        assertThat(service.memoryMeanBytes()).isEqualTo(55, within(1.0));
        assertThat(service.memorySaved()).isEqualTo(0.45, within(0.01));
    }

    @Test
    void whatWasAwakeForAMomentBetweenTwoMeasurementsIsMeasuredByTheOneThatSawIt() {
        live(A, 100, false, 10L, 0);
        live(A, 10, true, 100L, 0.5);
        live(A, 100, false, 10L, 0);
        assertThat(only().memoryAwakeBytes()).isEqualTo(100);
        assertThat(only().memoryAsleepBytes()).isEqualTo(10);
        assertThat(only().memorySaved()).isNotNull().isPositive();
    }

    @Test
    void howLongItRanAndSleptIsExactAlsoBetweenTwoMeasurements() {
        live(A, 20, true, 100L, 0);
        long awakeSoFar = awake;
        // Fell asleep after 3 of 10 seconds, was awake for 2 of the next 10, and slept on.
        now += 10 * SECOND;
        book.add(new UseSample(A, now, UseSample.Phase.ASLEEP, awakeSoFar + 3 * SECOND, 7 * SECOND, 10L, cpu));
        now += 10 * SECOND;
        book.add(new UseSample(A, now, UseSample.Phase.ASLEEP, awakeSoFar + 5 * SECOND, 15 * SECOND, 10L, cpu));
        assertThat(only().awake()).isEqualTo(Duration.ofSeconds(15));
        assertThat(only().asleep()).isEqualTo(Duration.ofSeconds(15));
        assertThat(only().memoryAwakeBytes()).isEqualTo(100);
        assertThat(only().memoryAsleepBytes()).isEqualTo(10);
        assertThat(only().memoryMeanBytes()).isEqualTo(55, within(0.01));
    }

    @Test
    void timeInWhichItWasBrokenOrStoppedByCommandSavesNothing() {
        live(A, 100, true, 100L, 0.5);
        live(A, 10, UseSample.Phase.DOWN, 0L, 0);
        EfficiencyReport.Service before = only();

        live(A, 600, UseSample.Phase.DOWN, 0L, 0);

        assertThat(only()).isEqualTo(before);
        assertThat(only().asleep()).isZero();
        assertThat(only().memorySaved()).isZero();
    }

    @Test
    void aServiceThatHasNotRunIsLeftOut() {
        live(A, 100, false, 0L, 0);
        assertThat(book.report(List.of()).services()).isEmpty();
        assertThat(book.report(List.of()).total().memorySaved()).isNull();
    }

    @Test
    void unknownMemoryIsUnknownAndNotZero() {
        live(A, 100, true, null, 0);
        assertThat(only().memoryAwakeBytes()).isNull();
        assertThat(only().memorySaved()).isNull();
        assertThat(book.report(List.of()).total().services()).isZero();
        assertThat(book.report(List.of()).total().memoryMeanBytes()).isNull();
    }

    @Test
    void theTotalIsOverWhatIsKnown() {
        live(A, 100, true, 100L, 0);
        live(A, 100, false, 0L, 0);
        live(B, 100, true, null, 0);
        EfficiencyReport.Total total = book.report(List.of()).total();
        assertThat(total.services()).isEqualTo(1);
        assertThat(total.memoryBaselineBytes()).isEqualTo(100);
        assertThat(total.memorySaved()).isBetween(0.4, 0.6);
    }

    @Test
    void aNightWithoutMeasurementsCountsForNothing() {
        live(A, 100, true, 100L, 0);
        Duration before = only().awake();
        now += Duration.ofHours(8).toNanos();
        live(A, 10, true, 100L, 0);
        assertThat(only().awake()).isEqualTo(before);
    }

    @Test
    void whatIsOlderThanTheRetentionIsForgotten() {
        live(A, 1000, true, 500L, 0);
        for (int hour = 0; hour < 26; hour++) {
            live(A, 3600, true, 100L, 0);
        }
        assertThat(only().memoryAwakeBytes()).isEqualTo(100);
        assertThat(only().awake()).isLessThanOrEqualTo(Duration.ofHours(24));
    }

    @Test
    void theNextInstanceBeginsToCountAnewWithoutNegativeTime() {
        live(A, 100, true, 100L, 1);
        cpu = 0;
        live(A, 100, true, 100L, 1);
        assertThat(only().cpuAwake()).isBetween(0.8, 1.0);
    }

    @Test
    void wakesAreSummedUpByServiceAndByPriority() {
        live(A, 20, true, 1L, 0);
        List<WakeTime> wakes =
                List.of(new WakeTime(A, "high", 0.1), new WakeTime(A, "high", 0.3), new WakeTime(B, "low", 2));
        EfficiencyReport report = book.report(wakes);
        assertThat(report.wakes().get("high")).isEqualTo(new EfficiencyReport.Quantiles(2, 0.1, 0.3));
        assertThat(report.wakes().get("low").count()).isEqualTo(1);
        assertThat(report.services().get(0).wakes().count()).isEqualTo(2);
    }

    @Test
    void aServiceThatIsGoneIsForgotten() {
        live(A, 20, true, 1L, 0);
        book.forget(List.of(B));
        assertThat(book.report(List.of()).services()).isEmpty();
    }
}

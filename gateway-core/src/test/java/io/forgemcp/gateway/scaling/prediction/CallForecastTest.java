package io.forgemcp.gateway.scaling.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Random;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** Weeks of calls on a clock that the test moves. */
class CallForecastTest {
    /** A Monday. */
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

    private static final long SEED = Long.getLong("forge.seed", 20260105);

    private CallForecast forecast = new CallForecast(ZoneOffset.UTC);
    private Instant now = START;
    private final Random random = new Random(SEED);

    /** Looks every five minutes; between two looks a call comes with the probability that the habit gives. */
    private void live(Duration time, java.util.function.ToDoubleFunction<ZonedDateTime> habit) {
        Instant end = now.plus(time);
        while (now.isBefore(end)) {
            forecast.look(now);
            if (random.nextDouble() < habit.applyAsDouble(now.atZone(ZoneOffset.UTC))) {
                forecast.called(now.plusSeconds(random.nextInt(300)));
            }
            now = now.plus(CallForecast.STEP);
        }
    }

    private static double office(ZonedDateTime at) {
        boolean weekday = at.getDayOfWeek().getValue() <= 5;
        return weekday && at.getHour() >= 9 && at.getHour() < 12 ? 0.6 : 0.001;
    }

    private static final BiPredicate<Double, Double> CLOSE = (a, b) -> Math.abs(a - b) < 0.15;

    @Test
    void beforeAnythingWasSeenItSaysThatItDoesNotKnow() {
        assertThat(forecast.forecast(now).probability()).isNull();
        assertThat(forecast.forecast(now).baseRate()).isNull();
        assertThat(forecast.calibration().brierScore()).isNull();
    }

    @Test
    void aHabitOfCertainHoursIsLearntWithinWeeks() {
        live(Duration.ofDays(28), CallForecastTest::office);
        // Four weeks later it is Monday again; the last call was on Friday.
        Forecast night = forecast.forecast(now.plus(Duration.ofHours(3)));
        Forecast morning = forecast.forecast(now.plus(Duration.ofHours(9)));
        assertThat(night.probability()).isLessThan(0.1);
        assertThat(morning.probability()).isGreaterThan(0.5);
        assertThat(morning.day()).isEqualTo(DayOfWeek.MONDAY);
        assertThat(morning.hour()).isEqualTo(9);
        assertThat(morning.inUse()).isFalse();
        assertThat(morning.hourTrials()).isGreaterThan(3);
        assertThat(morning.hourHits() / morning.hourTrials()).isGreaterThan(0.6);
    }

    @Test
    void theWeekendIsNotTakenForAWorkingDay() {
        live(Duration.ofDays(28), CallForecastTest::office);
        Instant saturday = now.plus(Duration.ofDays(5)).plus(Duration.ofHours(10));
        assertThat(forecast.forecast(saturday).probability()).isLessThan(0.15);
    }

    @Test
    void whatIsSaidComesTrueAsOftenAsItIsSaid() {
        live(Duration.ofDays(56), CallForecastTest::office);
        CalibrationReport report = forecast.calibration();
        assertThat(report.forecasts()).isGreaterThan(1000);
        assertThat(report.brierScore()).isLessThan(report.baseBrierScore());
        for (CalibrationReport.Bucket bucket : report.buckets()) {
            if (bucket.forecasts() >= 50) {
                assertThat(CLOSE.test(bucket.said(), bucket.came()))
                        .as("seed %d, %s", SEED, bucket)
                        .isTrue();
            }
        }
    }

    @Test
    void withoutAHabitItDoesNotPretendToKnow() {
        live(Duration.ofDays(28), at -> 0.05);
        CalibrationReport report = forecast.calibration();
        double base = forecast.forecast(now).baseRate();
        assertThat(base).isBetween(0.05, 0.2);
        assertThat(report.brierScore()).isLessThan(report.baseBrierScore() * 1.1);
        for (int hour = 0; hour < 24; hour++) {
            assertThat(forecast.forecast(now.plus(Duration.ofHours(hour))).probability())
                    .as("seed %d, hour %d", SEED, hour)
                    .isLessThan(0.5);
        }
    }

    @Test
    void burstsMakeTheNextCallLikelierRightAfterACall() {
        // A burst of half an hour about twice a day, at no certain hour.
        Instant[] until = {START};
        live(Duration.ofDays(21), at -> {
            if (random.nextInt(144) == 0) {
                until[0] = at.toInstant().plus(Duration.ofMinutes(30));
            }
            return at.toInstant().isBefore(until[0]) ? 0.9 : 0.0;
        });
        forecast.called(now.minusSeconds(30));
        Double inBurst = forecast.forecast(now).probability();
        Double later = forecast.forecast(now.plus(Duration.ofHours(3))).probability();
        assertThat(inBurst).isGreaterThan(0.4);
        assertThat(later).isLessThan(0.2);
    }

    @Test
    void aHabitThatEndsIsForgotten() {
        live(Duration.ofDays(28), CallForecastTest::office);
        live(Duration.ofDays(42), at -> 0.001);
        assertThat(forecast.forecast(now.plus(Duration.ofHours(10))).probability())
                .isLessThan(0.3);
    }

    @Test
    void hoursAreThoseOfTheTimeZone() {
        forecast = new CallForecast(ZoneId.of("Asia/Tokyo"));
        assertThat(forecast.forecast(Instant.parse("2026-01-05T20:00:00Z")).day())
                .isEqualTo(DayOfWeek.TUESDAY);
        assertThat(forecast.forecast(Instant.parse("2026-01-05T20:00:00Z")).hour())
                .isEqualTo(5);
    }

    @Test
    void whatWasLearntOutlivesARestart() {
        live(Duration.ofDays(21), CallForecastTest::office);
        CallForecast later = new CallForecast(ZoneOffset.UTC);
        later.restore(forecast.memory());
        Instant morning = now.plus(Duration.ofHours(10));
        assertThat(later.forecast(morning)).isEqualTo(forecast.forecast(morning));
        assertThat(later.calibration()).isEqualTo(forecast.calibration());
    }

    @Test
    void aMemoryThatMakesNoSenseIsIgnored() {
        CallForecast later = new CallForecast(ZoneOffset.UTC);
        later.restore(new CallForecast.Memory(
                null, new double[] {-1, 5}, new double[3], new double[] {Double.NaN}, new double[1]));
        assertThat(later.forecast(now).probability()).isNull();
    }

    @Test
    void aClockThatJumpsSpoilsNothing() {
        live(Duration.ofDays(7), CallForecastTest::office);
        now = now.plus(Duration.ofHours(30));
        live(Duration.ofHours(2), CallForecastTest::office);
        now = now.minus(Duration.ofHours(5));
        live(Duration.ofHours(2), CallForecastTest::office);
        Double probability = forecast.forecast(now).probability();
        assertThat(probability).isBetween(0.0, 1.0);
    }

    /** A year ahead for one call, as a machine may be whose clock is set by the network a moment after its start. */
    private void aCallCameWhileTheClockWasAhead() {
        forecast.look(now.plus(Duration.ofDays(365)));
        forecast.called(now.plus(Duration.ofDays(365)));
    }

    @Test
    void aCallOfAClockThatWasAheadIsNoLastCall() {
        aCallCameWhileTheClockWasAhead();

        assertThat(forecast.forecast(now).sinceLastCall()).isNull();
        assertThat(forecast.forecast(now).inUse()).isFalse();
    }

    @Test
    void itIsNotHandedOnToTheNextProcessEither() {
        aCallCameWhileTheClockWasAhead();
        forecast.look(now);

        assertThat(forecast.memory().lastCall()).isNull();
    }

    @Test
    void theNextCallAfterTheClockWasSetRightIsTheLastOne() {
        aCallCameWhileTheClockWasAhead();
        forecast.called(now.plusSeconds(10));

        assertThat(forecast.forecast(now.plusSeconds(70)).sinceLastCall()).isEqualTo(Duration.ofMinutes(1));
        assertThat(forecast.forecast(now.plusSeconds(70)).inUse()).isTrue();
    }

    @Test
    void aMemoryOfAClockThatWasAheadIsNoLastCallEither() {
        aCallCameWhileTheClockWasAhead();
        CallForecast next = new CallForecast(ZoneOffset.UTC);
        next.restore(forecast.memory());

        assertThat(next.forecast(now).sinceLastCall()).isNull();
    }

    @Test
    void aCallThatIsAheadByLessThanAStepIsNow() {
        forecast.called(now.plusSeconds(2));

        assertThat(forecast.forecast(now).sinceLastCall()).isZero();
        assertThat(forecast.forecast(now).inUse()).isTrue();
    }
}

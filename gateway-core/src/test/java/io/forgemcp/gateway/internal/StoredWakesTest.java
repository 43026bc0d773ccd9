package io.forgemcp.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.endpoint.CountedCalls;
import io.forgemcp.gateway.lifecycle.DepthFigures;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.LearntWakes;
import io.forgemcp.gateway.lifecycle.MeasuredServices;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.metrics.DropwizardMetrics;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.scaling.PreWarmSettings;
import io.forgemcp.gateway.scaling.ScalingSettings;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.FileStore;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was learnt about wakes outlives a gateway, also one that is killed. */
class StoredWakesTest {
    private static final ServiceName NAME = ServiceName.of("search");

    @TempDir
    private Path data;

    /** One run of a gateway; it is killed by being left alone. */
    private final class Run {
        private final WakeTimes wakes = new WakeTimes(new DropwizardMetrics(new com.codahale.metrics.MetricRegistry()));
        private final MeasuredServices on = new MeasuredServices(wakes);
        private final Observation observation;

        private Run(String command) {
            observation = new Observation(
                    on.manager,
                    null,
                    ScalingSettings.DEFAULT,
                    PreWarmSettings.DEFAULT,
                    new CountedCalls()::tallies,
                    new FileStore(data),
                    on.timers,
                    on.bus,
                    wakes,
                    Runnable::run);
            on.with(ServiceDefinition.stdio("search", command));
            observation.start();
        }

        private void wakeTwice() {
            for (int wakes = 0; wakes < 2; wakes++) {
                on.acquire("search").close();
                on.pass(Duration.ofMinutes(2));
                on.manager.sleep(NAME, Force.YES);
            }
        }

        private long wakes(SleepDepth depth) {
            List<DepthFigures> depths = on.manager.efficiency().get(0).depths();
            return depths.get(depth.ordinal()).wakes();
        }
    }

    @Test
    void aKilledGatewayHasLostWhatItLearntInTheLastFiveMinutesAtMost() {
        Run first = new Run("server");
        first.wakeTwice();
        first.on.pass(Duration.ofMinutes(5));
        first.on.acquire("search").close();

        Run second = new Run("server");

        assertThat(second.wakes(SleepDepth.STOP)).isEqualTo(1);
        assertThat(second.wakes(SleepDepth.FREEZE)).isEqualTo(1);
    }

    @Test
    void aGatewayThatEndsInPeaceHasLostNothing() {
        Run first = new Run("server");
        first.on.acquire("search").close();
        first.observation.close();

        assertThat(new Run("server").wakes(SleepDepth.STOP)).isEqualTo(1);
    }

    @Test
    void aServiceThatRunsSomethingElseByNowBeginsAnew() {
        Run first = new Run("server");
        first.wakeTwice();
        first.observation.close();

        assertThat(new Run("another-server").wakes(SleepDepth.STOP)).isZero();
    }

    @Test
    void nothingIsWrittenWhereNothingWasLearntAndTheFileTellsNothingOfCommands() throws IOException {
        Run idle = new Run("server --password hush");
        idle.on.pass(Duration.ofMinutes(30));
        assertThat(data.resolve("wakes.json")).doesNotExist();

        idle.wakeTwice();
        idle.observation.close();
        assertThat(Files.readString(data.resolve("wakes.json")))
                .hasSizeLessThan(300)
                .doesNotContain("hush");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"all\":{\"version\":1,\"services\":{\"search\":{\"ide",
                "\u0000\u0000",
                "{\"all\":{\"version\":2,\"services\":{}}}",
                "{\"all\":{\"version\":1,\"services\":{\"search\":{\"identity\":\"x\",\"wakeMicros\":{\"nap\":[1]}}}}}",
                "{\"all\":{\"version\":1,\"services\":{\"search\":{\"identity\":\"x\",\"wakeMicros\":{\"deep\":[-1]}}}}}",
                "{\"all\":{\"version\":1,\"services\":{\"no name!\":{}}}}",
                "{\"all\":{\"version\":1,\"services\":[1]}}",
                "{\"all\":[]}"
            })
    void aFileThatCannotBeReadIsLeftOutAndLearningBeginsAnew(String damaged) throws IOException {
        Files.createDirectories(data);
        Files.writeString(data.resolve("wakes.json"), damaged);

        Run run = new Run("server");
        assertThat(run.wakes(SleepDepth.STOP)).isZero();
        run.wakeTwice();
        run.observation.close();

        assertThat(new Run("server").wakes(SleepDepth.FREEZE)).isEqualTo(1);
    }

    @Test
    void whatIsWrittenIsReadAsItWas() {
        GatewayStore store = new InMemoryStore();
        store.put(
                "wakes",
                "all",
                JsonSlice.parse("{\"version\":1,\"services\":{\"search\":{\"identity\":\"abc\","
                        + "\"wakeMicros\":{\"freeze\":[31500,40250],\"stop\":[1200000]}}}}"));

        Map<ServiceName, LearntWakes.Service> read = new StoredWakes(store).read();

        assertThat(read)
                .containsOnly(Map.entry(
                        NAME,
                        new LearntWakes.Service(
                                "abc",
                                Map.of(
                                        SleepDepth.FREEZE,
                                        List.of(Duration.ofNanos(31_500_000), Duration.ofNanos(40_250_000)),
                                        SleepDepth.STOP,
                                        List.of(Duration.ofSeconds(1).plusMillis(200))))));
    }
}

package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.service.WakeTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WakeScheduleReaderTest {
    @TempDir
    Path project;

    private ConfigurationDirectory files;

    @BeforeEach
    void prepare() {
        files = new ConfigurationDirectory(project);
    }

    private LoadResult load(String sleepPolicy) {
        files.write(
                "services.yml", "services:\n  a:\n    command: [x]\n    sleep_policy:\n      " + sleepPolicy + "\n");
        return files.load();
    }

    private static List<String> said(LoadResult loaded) {
        return loaded.findings().stream()
                .map(finding -> finding.severity() + " " + finding.keyPath() + ": " + finding.message())
                .toList();
    }

    @Test
    void timesZoneAndStayReachTheDefinition() {
        LoadResult loaded = load("{wake_schedule: [Mon-Fri 08:30, 22:15], time_zone: Europe/Berlin, stay_awake: 2h}");
        SleepPolicy policy = loaded.configuration().services().get(0).sleepPolicy();
        assertThat(policy.wakeSchedule().times())
                .containsExactly(WakeTime.parse("Mon-Fri 08:30"), WakeTime.parse("daily 22:15"));
        assertThat(policy.wakeSchedule().zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(policy.wakeSchedule().stayAwake()).isEqualTo(Duration.ofHours(2));
        assertThat(loaded.findings()).isEmpty();
    }

    @Test
    void theZoneOfTheSystemIsNamedWhereNoneIsGiven() {
        assertThat(said(load("{wake_schedule: [daily 08:30]}")))
                .singleElement()
                .asString()
                .startsWith("INFO services.a.sleep_policy.wake_schedule: ")
                .contains(ZoneId.systemDefault().toString())
                .contains("time_zone");
    }

    @Test
    void eachWrongTimeIsReportedWhereItStands() {
        LoadResult loaded = load("{wake_schedule: [daily 08:30, Mon 25:00, Someday 10:00], time_zone: UTC}");
        assertThat(loaded.findings(Finding.Severity.ERROR))
                .extracting(Finding::keyPath)
                .containsExactly(
                        "services.a.sleep_policy.wake_schedule[1]", "services.a.sleep_policy.wake_schedule[2]");
        assertThat(loaded.findings(Finding.Severity.ERROR)).allSatisfy(finding -> {
            assertThat(finding.line()).isEqualTo(5);
            assertThat(finding.message()).contains("Write for example");
        });
    }

    @Test
    void aTimeIsReportedWhereItStandsAlsoBehindAnEmptyItem() {
        LoadResult loaded = load("{wake_schedule: [daily 08:30, null, Mon 08:61], time_zone: UTC}");
        assertThat(loaded.findings(Finding.Severity.ERROR))
                .extracting(Finding::keyPath)
                .containsExactly(
                        "services.a.sleep_policy.wake_schedule[1]", "services.a.sleep_policy.wake_schedule[2]");
        assertThat(loaded.findings(Finding.Severity.ERROR))
                .allSatisfy(finding -> assertThat(finding.line()).isEqualTo(5));
    }

    @Test
    void aTimeThatStandsThereTwiceCountsOnceAndIsRemarked() {
        LoadResult loaded = load("{wake_schedule: [daily 08:30, '08:30'], time_zone: UTC}");
        assertThat(said(loaded)).singleElement().asString().startsWith("INFO ").contains("more than once");
    }

    @Test
    void howLongItStaysAwakeIsNeitherNothingNorForEver() {
        assertThat(said(load("{wake_schedule: [daily 08:30], time_zone: UTC, stay_awake: 0}")))
                .singleElement()
                .asString()
                .startsWith("ERROR services.a.sleep_policy.stay_awake: ")
                .contains("at least 1");
        assertThat(said(load("{wake_schedule: [daily 08:30], time_zone: UTC, stay_awake: 400d}")))
                .singleElement()
                .asString()
                .contains("out of range");
    }

    @Test
    void aZoneThatDoesNotExistIsAnErrorWithTheNearest() {
        assertThat(said(load("{wake_schedule: [daily 08:30], time_zone: Europe/Berln}")))
                .singleElement()
                .asString()
                .startsWith("ERROR services.a.sleep_policy.time_zone: ")
                .contains("Did you mean \"Europe/Berlin\"?");
        assertThat(load("{wake_schedule: [daily 08:30], time_zone: '+99:00'}").findings(Finding.Severity.ERROR))
                .hasSize(1);
    }

    @Test
    void moreTimesThanAnybodyWritesAreAnError() {
        assertThat(said(load("{time_zone: UTC, wake_schedule: [" + "08:30, ".repeat(50) + "08:30]}")))
                .singleElement()
                .asString()
                .contains("at most 50");
    }

    @Test
    void aScheduleOfAServiceThatNeverSleepsHasNoEffectAndSaysSo() {
        assertThat(said(load("{enabled: false, wake_schedule: [daily 08:30]}")))
                .singleElement()
                .asString()
                .startsWith("WARNING services.a.sleep_policy.wake_schedule: It has no effect: sleep_policy.enabled");
        files.write(
                "scaling-policies.yml",
                "policies: {always: {min_instances: 1, max_instances: 2}}\nservice_policies: {a: always}\n");
        assertThat(said(load("{wake_schedule: [daily 08:30]}")))
                .anySatisfy(text -> assertThat(text).contains("It has no effect: its scaling policy keeps at least 1"));
    }

    @Test
    void zoneAndStayWithoutAScheduleHaveNoEffectAndSaySo() {
        assertThat(said(load("{time_zone: UTC, stay_awake: 1h}")))
                .hasSize(2)
                .allSatisfy(text -> assertThat(text).contains("no effect without wake_schedule"));
    }
}

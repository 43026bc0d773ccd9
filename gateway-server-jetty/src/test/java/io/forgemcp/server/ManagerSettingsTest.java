package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.lifecycle.SleepSettings;
import io.forgemcp.server.manager.Management;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sleep settings as the manager shows, changes and keeps them. */
@Timeout(60)
class ManagerSettingsTest {
    private final ManagerFixture manager = new ManagerFixture();

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void sleepSettingsAreShownChangedAndKept() throws Exception {
        JsonNode shown = manager.send("GET", "/settings/sleep", 200);
        assertThat(shown.path("enabled").asBoolean()).isTrue();
        assertThat(shown.path("wakeTimeout").asDouble()).isEqualTo(60);
        assertThat(shown.at("/performanceOptimization/wakePredictionEnabled").asBoolean())
                .isTrue();

        JsonNode patched = manager.settings(
                "PATCH",
                "{\"wake_timeout\":\"5s\",\"performanceOptimization\":{\"wakePredictionEnabled\":false}}",
                200);
        assertThat(patched.path("wakeTimeout").asDouble()).isEqualTo(5);
        assertThat(patched.path("enabled").asBoolean()).isTrue();
        assertThat(manager.gateway.services().sleepSettings().wakeTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(manager.gateway.services().sleepSettings().optimization().prediction())
                .isFalse();

        manager.settings("PATCH", "{\"enabled\":false}", 200);
        assertThat(manager.gateway.services().sleepSettings().enabled()).isFalse();
        assertThat(manager.send("GET", "/settings/sleep", 200)
                        .path("wakeTimeout")
                        .asDouble())
                .isEqualTo(5);

        assertThat(manager.settings("PUT", "{\"wakeTimeout\":30}", 200)
                        .path("enabled")
                        .asBoolean())
                .isTrue();
        assertThat(manager.settings("PATCH", "{\"wakeTimeout\":null}", 200)
                        .path("wakeTimeout")
                        .asDouble())
                .isEqualTo(60);
    }

    @Test
    void changedSettingsHoldAfterARestart() throws Exception {
        manager.settings("PATCH", "{\"wakeTimeout\":7}", 200);
        manager.gateway.sleepSettings(SleepSettings.DEFAULT);
        ServerSettings settings = ServerSettings.defaults().withAddress("127.0.0.1", 0);
        GatewayServer.start(manager.gateway, Map.of(Role.GATEWAY, settings), Management.NONE)
                .close();
        assertThat(manager.gateway.services().sleepSettings().wakeTimeout()).isEqualTo(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"wakeTime\":5}|wake_time",
                "{\"wakeTimeout\":\"soon\"}|wake_timeout",
                "{\"wakeTimeout\":0}|wake_timeout",
                "{\"enabled\":\"perhaps\"}|enabled",
                "{\"enabled\":[1]}|enabled",
                "{\"wakeTimeout\":5,\"wake_timeout\":6}|wake_timeout",
                "{\"wakePriorities\":{\"high\":[\"calc\"]}}|wake_priorities",
                "{\"monitoring\":{\"metricsRetentionHours\":3}}|monitoring",
            })
    void aWrongSettingIsRefusedByItsKeyAndChangesNothing(String body, String named) throws Exception {
        for (String verb : List.of("PUT", "PATCH")) {
            assertThat(manager.settings(verb, body, 422).path("detail").asText())
                    .contains(named);
        }
        assertThat(manager.store.list("settings")).isEmpty();
    }
}

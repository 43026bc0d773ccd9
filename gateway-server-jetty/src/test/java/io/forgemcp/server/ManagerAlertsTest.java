package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.metrics.Metric;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Alerts over HTTP: shown, acknowledged, silenced. */
@Timeout(60)
class ManagerAlertsTest {
    private final ManagerFixture manager = new ManagerFixture();

    @AfterEach
    void stop() {
        manager.close();
    }

    private void fail(String service) {
        manager.gateway.metrics().counter(Metric.HEALTH_FAILURE, service).add(3);
        manager.gateway.alerts().evaluate();
    }

    @Test
    void nothingIsWrongAtFirst() throws Exception {
        JsonNode report = manager.send("GET", "/alerts", 200);
        assertThat(report.path("firing").asInt()).isZero();
        assertThat(report.path("rules").asInt()).isEqualTo(1);
        assertThat(report.path("alerts")).isEmpty();
        assertThat(report.path("history")).isEmpty();
    }

    @Test
    void anAlertIsShownWithItsServiceAndCountedAndNotAmongThoseOfTheSystem() throws Exception {
        fail("calc");
        JsonNode alert = manager.send("GET", "/alerts", 200).at("/alerts/0");
        assertThat(alert.path("rule").asText()).isEqualTo("health_checks_fail");
        assertThat(alert.path("state").asText()).isEqualTo("firing");
        assertThat(alert.path("severity").asText()).isEqualTo("critical");
        assertThat(alert.path("message").asText()).isEqualTo("calc is not well");
        assertThat(alert.path("value").asDouble()).isEqualTo(3);
        assertThat(alert.path("acknowledged").isNull() && alert.path("silence").isNull())
                .isTrue();
        assertThat(manager.send("GET", "/services/CALC/alerts", 200).path("alerts"))
                .hasSize(1);
        assertThat(manager.send("GET", "/services/kept/alerts", 200).path("alerts"))
                .isEmpty();
        assertThat(manager.send("GET", "/system/alerts", 200).path("alerts")).isEmpty();
        assertThat(scrape()).contains("gateway_alerts_firing{severity=\"critical\"} 1.0");
    }

    @Test
    void anAcknowledgementIsKeptWithWhoGaveIt() throws Exception {
        fail("calc");
        String id = manager.send("GET", "/alerts", 200).at("/alerts/0/id").asText();
        JsonNode alert = manager.post("/alerts/" + id + "/ack", "{\"comment\":\"on it\"}", 200);
        assertThat(alert.at("/acknowledged/by").asText()).isNotEmpty();
        assertThat(alert.at("/acknowledged/comment").asText()).isEqualTo("on it");
        assertThat(manager.send("GET", "/alerts", 200).at("/alerts/0/acknowledged"))
                .isEqualTo(alert.path("acknowledged"));
    }

    @Test
    void aSilenceKeepsAnAlertOutOfTheMetricUntilItIsEnded() throws Exception {
        fail("calc");
        String id = manager.send("GET", "/alerts", 200).at("/alerts/0/id").asText();
        JsonNode silence = manager.post("/alerts/" + id + "/silence", "{\"duration\":\"30m\"}", 200);
        assertThat(silence.path("rule").asText()).isEqualTo("health_checks_fail");
        assertThat(silence.path("service").asText()).isEqualTo("calc");
        assertThat(Duration.between(
                        Instant.parse(silence.path("from").asText()),
                        Instant.parse(silence.path("until").asText())))
                .isEqualTo(Duration.ofMinutes(30));
        String name = silence.path("id").asText();
        assertThat(manager.send("GET", "/alerts", 200).at("/alerts/0/silence").asText())
                .isEqualTo(name);
        assertThat(scrape()).contains("gateway_alerts_firing{severity=\"critical\"} 0.0");
        manager.send("DELETE", "/silences/" + name, 200);
        assertThat(manager.send("GET", "/silences", 200)).isEmpty();
        assertThat(manager.send("DELETE", "/silences/" + name, 404).path("code").asText())
                .isEqualTo("GW-1307");
    }

    @Test
    void aSilenceCanComeBeforeTheAlert() throws Exception {
        manager.post("/silences", "{\"service\":\"CALC\",\"duration\":600}", 200);
        fail("calc");
        fail("kept");
        JsonNode alerts = manager.send("GET", "/alerts", 200).path("alerts");
        assertThat(alerts.findValuesAsText("service")).containsExactlyInAnyOrder("calc", "kept");
        alerts.forEach(alert -> assertThat(alert.path("silence").isNull())
                .isEqualTo(alert.path("service").asText().equals("kept")));
    }

    @Test
    void whatDoesNotExistIsNamedAndNothingIsSilenced() throws Exception {
        assertThat(manager.post("/alerts/alert-99/ack", "{}", 404)
                        .path("detail")
                        .asText())
                .contains("alert-99");
        assertThat(manager.post("/alerts/alert-99/silence", "{\"duration\":\"1h\"}", 404)
                        .path("code")
                        .asText())
                .isEqualTo("GW-1307");
        assertThat(manager.post("/silences", "{\"rule\":\"nothing\",\"duration\":\"1h\"}", 422)
                        .path("detail")
                        .asText())
                .contains("health_checks_fail");
        manager.post("/silences", "{\"service\":\"nobody\",\"duration\":\"1h\"}", 404);
        assertThat(manager.post("/silences", "{\"duration\":\"-1h\"}", 422)
                        .path("detail")
                        .asText())
                .contains("duration");
        assertThat(manager.post("/silences", "{\"duration\":\"1h\",\"comment\":\"" + "x".repeat(501) + "\"}", 422)
                        .path("detail")
                        .asText())
                .contains("500");
        assertThat(manager.send("GET", "/silences", 200)).isEmpty();
    }

    private String scrape() throws Exception {
        return manager.client
                .send(HttpRequest.newBuilder(manager.uri("/metrics")).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}

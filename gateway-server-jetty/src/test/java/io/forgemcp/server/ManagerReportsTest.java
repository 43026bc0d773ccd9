package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the manager reports: measured values, and null where nothing is known. */
@Timeout(60)
class ManagerReportsTest {
    private final ManagerFixture manager = new ManagerFixture();

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void predictionsSayWhatIsNotKnownYet() throws Exception {
        JsonNode predictions = manager.send("GET", "/services/predictions", 200);
        assertThat(predictions).hasSize(3);
        assertThat(predictions.at("/0/probability").isNull()).isTrue();
        assertThat(predictions.at("/0/evidence/hourTrials").asDouble()).isZero();
        assertThat(predictions.at("/0/calibration/brierScore").isNull()).isTrue();
        assertThat(manager.post("/services/apply-predictions", "{\"threshold\":0.5}", 200)
                        .path("woken")
                        .asInt())
                .isZero();
        assertThat(manager.post("/services/apply-predictions", "{\"threshold\":1.5}", 422)
                        .path("detail")
                        .asText())
                .contains("threshold");
    }

    @Test
    void reportsSayWhatIsUnknownAndHowItWasMeasured() throws Exception {
        manager.gateway.call("calc-add", Map.of()).toCompletableFuture().join();
        JsonNode performance = manager.send("GET", "/metrics/performance", 200);
        assertThat(performance.at("/services/0/calls").asInt()).isEqualTo(1);
        assertThat(performance.at("/services/0/response_time_p95_ms").asDouble())
                .isPositive();
        assertThat(performance.at("/services/2/response_time_p50_ms").isNull()).isTrue();
        JsonNode efficiency = manager.send("GET", "/metrics/efficiency", 200);
        assertThat(efficiency.at("/total/memory_saved_percent").isNull()).isTrue();
        assertThat(efficiency.path("method").asText()).isNotEmpty();
        assertThat(efficiency.path("swap_class").asText()).isNotEmpty();
        assertThat(manager.send("GET", "/system/efficiency", 200).path("total")).isEqualTo(efficiency.path("total"));
        JsonNode cost = manager.send("GET", "/metrics/cost", 200);
        assertThat(cost.path("current_cost").isNull()).isTrue();
        assertThat(cost.has("baseline_cost") && cost.has("savings_percent")).isTrue();
        assertThat(cost.path("method").asText()).isNotEmpty();
        JsonNode resources = manager.send("GET", "/metrics/resources", 200);
        assertThat(resources.at("/services/0/name").asText()).isEqualTo("calc");
        assertThat(resources.at("/services/0/memory_usage").isNull()).isTrue();
        assertThat(resources.at("/total/services").asInt()).isEqualTo(3);
        assertThat(manager.send("GET", "/services/calc/metrics", 200)
                        .path("calls")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void theMachineSaysWhatItHas() throws Exception {
        for (String path : List.of("/metrics/system", "/system/resources")) {
            assertThat(manager.send("GET", path, 200).path("cpu_cores").asInt()).isPositive();
        }
        assertThat(manager.send("GET", "/system/metrics", 200)
                        .at("/system/swap_class")
                        .asText())
                .isNotEmpty();
        assertThat(manager.send("GET", "/system/health", 200).path("status").asText())
                .isEqualTo("healthy");
        JsonNode dashboard = manager.send("GET", "/monitoring/dashboard", 200);
        assertThat(dashboard.path("services")).hasSize(3);
        assertThat(dashboard.at("/summary/services_total").asInt()).isEqualTo(3);
        assertThat(dashboard.has("efficiency") && dashboard.has("cost") && dashboard.has("performance"))
                .isTrue();
    }

    @Test
    void complianceIsJudgedByTheServicesThatThereAre() throws Exception {
        JsonNode report = manager.send("GET", "/compliance", 200);
        assertThat(report.path("passThreshold").asDouble()).isEqualTo(80);
        assertThat(report.path("score").isNumber()).isTrue();
        assertThat(report.path("checks")).isNotEmpty().allSatisfy(check -> {
            assertThat(check.path("result").asText()).isIn("pass", "fail", "not_applicable", "manual");
            assertThat(check.path("reason").asText()).isNotEmpty();
        });
        assertThat(report.path("checks").toString()).contains("missing has no memory");
    }
}

package io.forgemcp.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.server.prometheus.PrometheusMetrics;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogLinesTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void aLineBreakInAMessageMakesNoSecondLine() {
        String line = new String(new TextLines().encode(event("service=a\nERROR forged\u001b[31m", null)), UTF_8);

        assertThat(line).containsOnlyOnce("\n").endsWith("\n").contains("service=a\\nERROR forged?[31m");
        assertThat(line).contains(" WARN  Thing  ");
    }

    @Test
    void aFailureIsShownWithItsTrace() {
        String line = new String(new TextLines().encode(event("failed", new IllegalStateException("why"))), UTF_8);

        assertThat(line).contains("IllegalStateException: why").contains("at ");
    }

    @Test
    void machinesGetOneJsonObjectALine() throws Exception {
        String line =
                new String(new JsonLines().encode(event("said \"hi\"\n", new IllegalStateException("why"))), UTF_8);
        JsonNode json = new ObjectMapper().readTree(line);

        assertThat(line).containsOnlyOnce("\n");
        assertThat(json.path("level").asText()).isEqualTo("WARN");
        assertThat(json.path("logger").asText()).isEqualTo("io.forgemcp.Thing");
        assertThat(json.path("message").asText()).isEqualTo("said \"hi\"\n");
        assertThat(json.path("error").asText()).contains("why");
        assertThat(json.path("time").asText()).startsWith("20");
    }

    @Test
    void linesAreCountedByLevelUntilTheCounterIsClosed() {
        PrometheusMetrics metrics = new PrometheusMetrics();
        try (LogCounter counter = LogCounter.install(metrics)) {
            assertThat(counter).isNotNull();
            LoggerFactory.getLogger(LogLinesTest.class).error("an error that this test makes");
        }
        LoggerFactory.getLogger(LogLinesTest.class).error("another error that this test makes");

        String scrape = new String(metrics.scrape(null).body(), UTF_8);
        assertThat(scrape)
                .contains(Metric.LOG_ENTRIES.id() + "{level=\"error\"} 1.0")
                .contains(Metric.LOG_ERRORS.id() + " 1.0");
    }

    private ILoggingEvent event(String message, Throwable failure) {
        return new LoggingEvent(
                "test", context.getLogger("io.forgemcp.Thing"), Level.WARN, message, failure, new Object[0]);
    }
}

package io.forgemcp.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoggingConfiguratorTest {
    private final LoggerContext context = new LoggerContext();

    @ParameterizedTest
    @CsvSource({"TRACE, INFO", "DEBUG, INFO", "INFO, WARN", "WARN, WARN", "ERROR, ERROR", "OFF, OFF"})
    void theHttpLibrariesNeverWriteWhatRequestsHold(String wanted, String library) {
        LoggingConfigurator.levels(context, Level.toLevel(wanted));

        assertThat(context.getLogger("io.forgemcp.gateway").getEffectiveLevel()).isEqualTo(Level.toLevel(wanted));
        for (String name : new String[] {"org.eclipse.jetty.http.HttpParser", "org.apache.hc.client5.http.wire"}) {
            assertThat(context.getLogger(name).getEffectiveLevel()).as(name).isEqualTo(Level.toLevel(library));
        }
    }
}

package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.github.dockerjava.api.model.Event;
import io.forgemcp.gateway.time.ManualTimers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@NeedsEngine
class AskedUsageTest {
    @Test
    void aContainerThatHasVanishedIsNoErrorInTheLog() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(lines);
        ManualTimers timers = new ManualTimers();
        Engine.Listener nobody = new Engine.Listener() {
            @Override
            public void connected(EngineLink link) {
                // nothing to do
            }

            @Override
            public void happened(Event event) {
                // nothing to do
            }
        };
        try (Engine engine =
                new Engine(EngineSocket.address(null), Map.of("none", "here"), timers, Runnable::run, nobody)) {
            engine.connect().join();
            AskedUsage usage = new AskedUsage(engine, timers, Runnable::run);
            assertThat(usage.of(new EngineContainer(engine, "0123456789abcdef"), false))
                    .isNull();
        } finally {
            root.detachAppender(lines);
        }
        assertThat(lines.list).noneMatch(line -> line.getLevel().isGreaterOrEqual(Level.WARN));
    }
}

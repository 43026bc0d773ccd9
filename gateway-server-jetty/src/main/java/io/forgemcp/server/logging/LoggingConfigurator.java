package io.forgemcp.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Logs to standard error. Three settings, each a system property or else an environment variable: {@code forge.log.level}
 * or {@code LOG_LEVEL} (INFO), {@code forge.log.format} or {@code LOG_FORMAT} ({@code text} or {@code json}), {@code
 * forge.log.access} or {@code ACCESS_LOG} ({@code true} for a line a request).
 */
public final class LoggingConfigurator extends ContextAwareBase implements Configurator {
    /** The logger of the access log. */
    public static final String ACCESS = "io.forgemcp.access";

    /** Libraries whose INFO is of no use to an operator, and whose DEBUG holds secrets. */
    private static final List<String> QUIET =
            List.of("org.eclipse.jetty", "org.apache.hc", "com.github.dockerjava", "io.netty");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (hasFile()) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Encoder<ILoggingEvent> encoder =
                "json".equalsIgnoreCase(setting("forge.log.format", "LOG_FORMAT")) ? new JsonLines() : new TextLines();
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        Level level = level(setting("forge.log.level", "LOG_LEVEL"));
        root.addAppender(console);
        levels(context, level);
        boolean access = "true".equalsIgnoreCase(setting("forge.log.access", "ACCESS_LOG"));
        context.getLogger(ACCESS).setLevel(access ? Level.INFO : Level.OFF);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** The HTTP libraries write whole requests at DEBUG, with tokens, codes and cookies: nobody gets those by accident. */
    static void levels(LoggerContext context, Level level) {
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level);
        Level quiet = level.isGreaterOrEqual(Level.WARN) ? level : level.equals(Level.INFO) ? Level.WARN : Level.INFO;
        QUIET.forEach(name -> context.getLogger(name).setLevel(quiet));
    }

    /** Logback asks services before it looks for files; what somebody wrote on purpose comes first here. */
    private static boolean hasFile() {
        ClassLoader loader = LoggingConfigurator.class.getClassLoader();
        return System.getProperty("logback.configurationFile") != null
                || loader.getResource("logback-test.xml") != null
                || loader.getResource("logback.xml") != null;
    }

    private static Level level(@Nullable String text) {
        return text == null ? Level.INFO : Level.toLevel(text.strip().toUpperCase(Locale.ROOT), Level.INFO);
    }

    private static @Nullable String setting(String property, String variable) {
        String value = System.getProperty(property);
        return value != null ? value : System.getenv(variable);
    }
}

package io.forgemcp.gateway.lifecycle.process;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceLog;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * How one child is brought into the world.
 *
 * <p>It is not started directly but by a shell that says so with an empty line, waits for a line on standard input and
 * then becomes the command. From the first line on the group exists and can be signalled. The gateway answers only
 * after the warden knows the child: if the gateway dies before, the shell reads end of file and nothing was ever
 * started. Words of the command are arguments of that shell, never its script.
 */
final class Child {
    private static final String GATE = "echo && IFS= read -r go && exec \"$@\"";
    private static final Duration LAST_WORDS = Duration.ofMillis(300);

    private final ServiceDefinition service;
    private final Launch.Command launch;
    private final InstanceId id;
    private final List<String> newSession;
    private final String marker;
    private final ServiceLog log;
    private volatile @Nullable Process process;
    private volatile int port;
    private volatile String host = "127.0.0.1";

    Child(ServiceDefinition service, InstanceId id, List<String> newSession, String marker) {
        this.service = service;
        this.launch = (Launch.Command) service.launch();
        this.id = id;
        this.newSession = newSession;
        this.marker = marker;
        this.log = new ServiceLog(service.name(), launch.environment());
    }

    /** Starts it; blocks for some milliseconds. */
    Process spawn(Warden warden) {
        Map<String, String> definition = launch.environment();
        Map<String, String> environment = ChildEnvironment.of(System.getenv(), definition);
        List<String> words = new ArrayList<>(newSession);
        words.addAll(List.of("sh", "-c", GATE, "forge-child"));
        try {
            if (listens()) {
                port = choosePort();
                environment.putIfAbsent("PORT", Integer.toString(port));
            }
            List<String> command = launch.command().stream()
                    .map(word -> listens() ? word.replace("{port}", Integer.toString(port)) : word)
                    .toList();
            check(command.get(0), environment.get("PATH"));
            words.addAll(command);
            ProcessBuilder builder = new ProcessBuilder(words);
            if (launch.directory() != null) {
                builder.directory(launch.directory().toFile());
            }
            // What an HTTP server writes on standard output is for people too.
            builder.redirectErrorStream(listens());
            builder.environment().clear();
            builder.environment().putAll(environment);
            builder.environment().put(Warden.MARKER, marker);
            Process started = builder.start();
            process = started;
            release(started, warden);
            log.follow(
                    listens() ? started.getInputStream() : started.getErrorStream(), "service-log-" + service.name());
            return started;
        } catch (IOException failure) {
            throw new GatewayException(
                    ErrorCode.SERVICE_START_FAILED,
                    "Service " + service.name() + " could not be started: " + failure.getMessage() + ".",
                    failure);
        }
    }

    InstanceId id() {
        return id;
    }

    ServiceLog log() {
        return log;
    }

    /** Only after {@link #spawn}. */
    ProcessGroup group() {
        return new ProcessGroup(require().pid(), !newSession.isEmpty(), marker);
    }

    /** Whether it is spoken to on a port. */
    boolean listens() {
        return service.wire() != WireProtocol.STDIO;
    }

    int port() {
        return port;
    }

    /** Whether the port answers now; may block for a moment. */
    boolean answers() {
        Optional<String> found = Ports.listener(port);
        found.ifPresent(value -> host = value);
        return found.isPresent();
    }

    /** Where it is spoken to; for HTTP, where it has answered. */
    InstanceAddress address() {
        if (listens()) {
            return new InstanceAddress.Http(
                    URI.create("http://" + host + ":" + port + launch.path()), Map.of(), service.wire());
        }
        Process running = require();
        return new InstanceAddress.Stdio(running.getOutputStream(), running.getInputStream());
    }

    /** How it ended, for people: the status and the last line it wrote, which may still be on its way. */
    CompletionStage<String> lastWords(Timers timers) {
        CompletableFuture<String> words = new CompletableFuture<>();
        Runnable speak = () -> {
            String line = log.lastLine();
            words.complete(status(require().exitValue()) + (line == null ? "" : ", last line: " + line));
        };
        Timers.Cancellable enough = timers.schedule(LAST_WORDS, speak);
        log.drained().thenRun(() -> {
            enough.cancel();
            speak.run();
        });
        return words;
    }

    GatewayException failed(String why) {
        return new GatewayException(
                ErrorCode.SERVICE_START_FAILED, "Service " + service.name() + " could not be started: " + why + ".");
    }

    /** Lets it go on from shell to command, once the warden knows it. */
    private void release(Process started, Warden warden) throws IOException {
        try {
            if (started.getInputStream().read() != '\n') {
                throw new IOException("the shell that starts it ended at once");
            }
            warden.watch(group());
            OutputStream input = started.getOutputStream();
            input.write("go\n".getBytes(StandardCharsets.US_ASCII));
            input.flush();
        } catch (IOException failure) {
            warden.forget(group());
            started.destroyForcibly();
            throw failure;
        }
    }

    private int choosePort() throws IOException {
        if (launch.port() == 0) {
            return Ports.free();
        }
        if (Ports.listener(launch.port()).isPresent()) {
            throw failed("port " + launch.port()
                    + " is in use by somebody else. Stop that program, or set the port to 0 to have one chosen");
        }
        return launch.port();
    }

    private void check(String program, @Nullable String path) {
        if (launch.directory() != null && !Files.isDirectory(launch.directory())) {
            throw failed("its directory " + launch.directory() + " does not exist");
        }
        if (Programs.find(program, path, launch.directory()).isEmpty()) {
            throw Programs.missing(service.name(), program);
        }
    }

    private Process require() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException(id + " has not been started");
        }
        return running;
    }

    /** Java reports a death by signal as 128 and the signal's number, as shells do. */
    private static String status(int value) {
        return value > 128 && value <= 128 + 64 ? "killed by signal " + (value - 128) : "exit status " + value;
    }
}

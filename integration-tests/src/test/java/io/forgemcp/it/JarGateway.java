package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged gateway as people start it: a child process with a configuration and a data directory. */
final class JarGateway implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("http://(?:127\\.0\\.0\\.1|localhost):(\\d+)");

    private final Process process;
    private final URI uri;

    private JarGateway(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /**
     * Starts it and waits until it says where it listens.
     *
     * @param directory with what an earlier one has left, if there was one
     * @param services the text of {@code services.yml}
     */
    static JarGateway start(Path directory, String services) throws IOException {
        Path config = Files.createDirectories(directory.resolve("config"));
        Files.writeString(config.resolve("services.yml"), services);
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Checkout.gatewayJar().toString(),
                "serve",
                "--config",
                config.toString(),
                "--data",
                directory.resolve("data").toString());
        builder.environment().put("GATEWAY_PORT", "0");
        builder.redirectErrorStream(true);
        builder.directory(directory.toFile());
        Process process = builder.start();
        return new JarGateway(process, firstUrl(process));
    }

    /** Reads what the gateway prints until it says where it listens; the rest is read away in the background. */
    private static URI firstUrl(Process gateway) throws IOException {
        BufferedReader out = new BufferedReader(new InputStreamReader(gateway.getInputStream(), UTF_8));
        StringBuilder seen = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            seen.append(line).append('\n');
            Matcher url = URL.matcher(line);
            if (url.find() && !url.group(1).equals("0")) {
                Thread drain = new Thread(() -> drain(out), "drain");
                drain.setDaemon(true);
                drain.start();
                return URI.create("http://127.0.0.1:" + url.group(1));
            }
        }
        throw new AssertionError("The gateway ended without a URL:\n" + seen);
    }

    private static void drain(BufferedReader out) {
        try {
            out.lines().forEach(line -> {});
        } catch (UncheckedIOException closed) {
            // the gateway was killed
        }
    }

    Process process() {
        return process;
    }

    URI uri(String path) {
        return uri.resolve(path);
    }

    /** Ends it as {@code kill -9} does, with nothing written that was not written before. */
    void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> all = process.descendants().toList();
        kill();
        all.forEach(ProcessHandle::destroyForcibly);
    }
}

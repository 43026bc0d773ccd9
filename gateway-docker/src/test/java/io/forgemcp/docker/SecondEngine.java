package io.forgemcp.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An engine of the test's own, which may be stopped and started while everybody else's goes on. It has its own
 * directories and, so that it does not touch the bridges of the other one, its own network namespace: its containers
 * have no network. Needs root. Not thread-safe.
 */
final class SecondEngine implements AutoCloseable {
    private static final long START_SECONDS = 60;

    private final Path directory;
    private Process daemon;

    /** It is not started yet. */
    SecondEngine() throws IOException {
        // Short, because the path of a socket may have a hundred characters.
        directory = Files.createTempDirectory(Path.of("/tmp"), "engine");
    }

    /** Whether there is all that it needs. */
    static boolean possible() {
        return "root".equals(System.getProperty("user.name")) && onPath("dockerd") && onPath("unshare");
    }

    private static boolean onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    /** For DOCKER_HOST. */
    String host() {
        return "unix://" + directory.resolve("sock");
    }

    DockerClient client() {
        DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(host())
                .build();
        return DockerClientImpl.getInstance(
                config,
                new ApacheDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .build());
    }

    /** Returns once it answers. @param options further ones of dockerd */
    void start(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--net",
                "dockerd",
                "--data-root=" + directory.resolve("data"),
                "--exec-root=" + directory.resolve("exec"),
                "--pidfile=" + directory.resolve("pid"),
                "--host=" + host(),
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false"));
        command.addAll(List.of(options));
        Path log = directory.resolve("log");
        daemon = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        try (DockerClient client = client()) {
            while (!answers(client)) {
                if (!daemon.isAlive() || System.nanoTime() - end > 0) {
                    throw new AssertionError("no second engine: " + Files.readString(log));
                }
                // Waits for its end and not for long, which is a pause between two looks.
                daemon.waitFor(100, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static boolean answers(DockerClient client) {
        try {
            client.pingCmd().exec();
            return true;
        } catch (RuntimeException notYet) {
            return false;
        }
    }

    /** Takes an image over from another one. */
    void load(DockerClient from, String image) throws IOException {
        try (DockerClient to = client();
                InputStream saved = from.saveImageCmd(image).exec()) {
            to.loadImageCmd(saved).exec();
        }
    }

    /** As the system does it; returns once it has ended. */
    void stop() throws InterruptedException {
        daemon.destroy();
        if (!daemon.waitFor(30, TimeUnit.SECONDS)) {
            daemon.destroyForcibly().waitFor();
            throw new AssertionError("The second engine does not end");
        }
    }

    /** Its containers must be gone. */
    @Override
    public void close() throws Exception {
        if (daemon != null && daemon.isAlive()) {
            stop();
        }
        for (String line : Files.readAllLines(Path.of("/proc/mounts"))) {
            String where = line.split(" ")[1];
            if (where.startsWith(directory.toString())) {
                Process umount = new ProcessBuilder("umount", where)
                        .redirectErrorStream(true)
                        .start();
                String said = new String(umount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (umount.waitFor() != 0) {
                    throw new AssertionError(said);
                }
            }
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

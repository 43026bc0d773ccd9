package io.forgemcp.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether an image has the program that a service names. The engine itself would start such a container, because its init
 * program is there, and only an exit status would remain of the mistake. Each program of an image is looked for once.
 */
final class ProgramCheck {
    private static final String USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final URI engine;
    private final Set<String> found = ConcurrentHashMap.newKeySet();

    ProgramCheck(URI engine) {
        this.engine = engine;
    }

    /** Looks into a container that was made of the image. Blocks for some milliseconds the first time. */
    void require(ServiceDefinition service, EngineContainer container, InspectImageResponse image) throws IOException {
        Launch.Command launch = (Launch.Command) service.launch();
        if (launch.command().isEmpty()) {
            return;
        }
        String program = launch.command().get(0);
        String key = image.getId() + " " + program;
        if (found.contains(key)) {
            return;
        }
        for (String file : candidates(program, launch, image)) {
            if (exists(container, file)) {
                found.add(key);
                return;
            }
        }
        throw EngineFailure.startFailed(
                service.name(),
                "the image " + launch.image() + " has no program " + program
                        + ". Correct the key command, or leave it out to use the image's own");
    }

    private static List<String> candidates(String program, Launch.Command launch, InspectImageResponse image) {
        if (program.startsWith("/")) {
            return List.of(program);
        }
        if (program.contains("/")) {
            String directory =
                    image.getConfig() == null ? null : image.getConfig().getWorkingDir();
            return List.of((directory == null ? "" : directory) + "/" + program);
        }
        String path = launch.environment().getOrDefault("PATH", imagePath(image));
        return Arrays.stream(path.split(":"))
                .map(directory -> directory + "/" + program)
                .toList();
    }

    private static String imagePath(InspectImageResponse image) {
        String[] variables =
                image.getConfig() == null ? null : image.getConfig().getEnv();
        return Arrays.stream(Objects.requireNonNullElse(variables, new String[0]))
                .filter(variable -> variable.startsWith("PATH="))
                .map(variable -> variable.substring("PATH=".length()))
                .findFirst()
                .orElse(USUAL_PATH);
    }

    /** docker-java can only fetch the file (Engine API, ContainerArchiveInfo). */
    private boolean exists(EngineContainer container, String file) throws IOException {
        try (EngineSocket socket = EngineSocket.open(engine)) {
            String status = socket.connect(engine)
                    .request(
                            "HEAD /containers/" + container.id() + "/archive?path="
                                    + URLEncoder.encode(file, StandardCharsets.UTF_8),
                            "Connection: close\r\n");
            return status.contains(" 200");
        }
    }
}

package io.forgemcp.docker;

import io.forgemcp.gateway.service.ServiceName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DockerRuntime} has to know.
 *
 * @param host as in {@code DOCKER_HOST}, {@code unix:///path} or {@code tcp://host:port}; null or empty for the usual
 *     socket
 * @param owner whose containers are taken over and cleaned up: the same after a restart of the same gateway, and no
 *     other gateway's
 * @param volumeDirectories below which a service may be given directories of the host, beside its own directory; absolute
 * @param ownFiles files and directories of the gateway itself, which no service may see, nor any directory around them
 * @param pullMissing whether an image that is not there is fetched from its registry
 * @param configured services that may have containers left from an earlier run; those of others are removed
 * @param portTimeout how long an HTTP server may take until its port answers
 */
public record DockerSettings(
        @Nullable String host,
        String owner,
        List<Path> volumeDirectories,
        List<Path> ownFiles,
        boolean pullMissing,
        Set<ServiceName> configured,
        Duration portTimeout) {
    private static final Duration PORT_TIMEOUT = Duration.ofSeconds(90);

    public DockerSettings {
        Objects.requireNonNull(owner, "owner");
        volumeDirectories = List.copyOf(volumeDirectories);
        ownFiles = List.copyOf(ownFiles);
        configured = Set.copyOf(configured);
    }

    /** The usual socket, no directories beside the services' own, missing images fetched. */
    public static DockerSettings of(String owner) {
        return new DockerSettings(null, owner, List.of(), List.of(), true, Set.of(), PORT_TIMEOUT);
    }

    public DockerSettings withHost(@Nullable String value) {
        return new DockerSettings(value, owner, volumeDirectories, ownFiles, pullMissing, configured, portTimeout);
    }

    public DockerSettings withVolumeDirectories(List<Path> value) {
        return new DockerSettings(host, owner, value, ownFiles, pullMissing, configured, portTimeout);
    }

    public DockerSettings withOwnFiles(List<Path> value) {
        return new DockerSettings(host, owner, volumeDirectories, value, pullMissing, configured, portTimeout);
    }

    public DockerSettings withPullMissing(boolean value) {
        return new DockerSettings(host, owner, volumeDirectories, ownFiles, value, configured, portTimeout);
    }

    public DockerSettings withConfigured(Set<ServiceName> value) {
        return new DockerSettings(host, owner, volumeDirectories, ownFiles, pullMissing, value, portTimeout);
    }

    public DockerSettings withPortTimeout(Duration value) {
        return new DockerSettings(host, owner, volumeDirectories, ownFiles, pullMissing, configured, value);
    }
}

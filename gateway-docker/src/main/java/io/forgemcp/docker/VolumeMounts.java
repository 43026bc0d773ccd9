package io.forgemcp.docker;

import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Which directories of the host a container sees: only such below the directories that are allowed. */
final class VolumeMounts {
    private final List<Path> allowed;

    /** @param allowed beside the service's own directory */
    VolumeMounts(List<Path> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /** @throws GatewayException if one is missing or not allowed; symbolic links count as where they lead */
    List<Mount> of(ServiceDefinition service, Launch.Command launch) {
        List<Path> roots = new ArrayList<>(allowed);
        if (launch.directory() != null) {
            roots.add(launch.directory());
        }
        return launch.volumes().stream()
                .map(volume -> mount(service, volume, roots))
                .toList();
    }

    private static Mount mount(ServiceDefinition service, Launch.Volume volume, List<Path> roots) {
        Path real;
        try {
            real = volume.host().toRealPath();
        } catch (IOException missing) {
            throw refused(
                    service,
                    "the volume " + volume.host()
                            + " does not exist on this host. Make it, or correct the key volumes");
        }
        if (roots.stream().noneMatch(root -> below(real, root))) {
            String where = roots.stream().map(Path::toString).collect(Collectors.joining(", "));
            throw refused(
                    service,
                    "the volume " + volume.host()
                            + (real.equals(volume.host()) ? "" : " (which leads to " + real + ")")
                            + " is not below a directory that containers may see ("
                            + (where.isEmpty() ? "none is allowed" : where)
                            + "). Move it there, or add its directory to the key volume_directories of services.yml");
        }
        return new Mount()
                .withType(MountType.BIND)
                .withSource(real.toString())
                .withTarget(volume.container())
                .withReadOnly(volume.readOnly());
    }

    private static boolean below(Path real, Path root) {
        try {
            return Files.isDirectory(root) && real.startsWith(root.toRealPath());
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static GatewayException refused(ServiceDefinition service, String why) {
        return new GatewayException(
                ErrorCode.CONFIGURATION_INVALID,
                "Service " + service.name() + " could not be started in a container: " + why + ".");
    }
}

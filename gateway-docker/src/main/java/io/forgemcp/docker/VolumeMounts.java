package io.forgemcp.docker;

import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which directories of the host a container sees: only such below the directories that are allowed, and nothing of the gateway's. */
final class VolumeMounts {
    private final List<Path> allowed;
    private final List<Path> own;

    /**
     * @param allowed beside the service's own directory
     * @param own files of the gateway, its secrets among them
     */
    VolumeMounts(List<Path> allowed, List<Path> own) {
        this.allowed = List.copyOf(allowed);
        this.own = List.copyOf(own);
    }

    /** @throws GatewayException if one is missing or not allowed; symbolic links count as where they lead */
    List<Mount> of(ServiceDefinition service, Launch.Command launch) {
        List<Path> roots = roots(launch);
        return launch.volumes().stream()
                .map(volume -> mount(service, volume, roots))
                .toList();
    }

    /** What is wrong with the first that is missing or not allowed, and what to do; empty if all are right. */
    Optional<String> objection(Launch.Command launch) {
        List<Path> roots = roots(launch);
        return launch.volumes().stream()
                .flatMap(volume -> objection(volume, roots).stream())
                .findFirst();
    }

    private List<Path> roots(Launch.Command launch) {
        List<Path> roots = new ArrayList<>(allowed);
        if (launch.directory() != null) {
            roots.add(launch.directory());
        }
        return roots;
    }

    private Mount mount(ServiceDefinition service, Launch.Volume volume, List<Path> roots) {
        objection(volume, roots).ifPresent(why -> {
            throw EngineFailure.startFailed(service.name(), why);
        });
        try {
            return new Mount()
                    .withType(MountType.BIND)
                    .withSource(volume.host().toRealPath().toString())
                    .withTarget(volume.container())
                    .withReadOnly(volume.readOnly());
        } catch (IOException goneMeanwhile) {
            throw EngineFailure.startFailed(service.name(), missing(volume));
        }
    }

    private Optional<String> objection(Launch.Volume volume, List<Path> roots) {
        Path real;
        try {
            real = volume.host().toRealPath();
        } catch (IOException missing) {
            return Optional.of(missing(volume));
        }
        Optional<Path> seen = own.stream().filter(file -> shows(real, file)).findFirst();
        if (seen.isPresent()) {
            return Optional.of("the volume " + volume.host() + " would show " + seen.get()
                    + ", which is the gateway's own, to the server. Give the service a directory of its own, such as one"
                    + " below the data directory");
        }
        if (roots.stream().anyMatch(root -> below(real, root))) {
            return Optional.empty();
        }
        String where = roots.stream().map(Path::toString).collect(Collectors.joining(", "));
        return Optional.of("the volume " + volume.host()
                + (real.equals(volume.host()) ? "" : " (which leads to " + real + ")")
                + " is not below a directory that containers may see ("
                + (where.isEmpty() ? "none is allowed" : where)
                + "). Move it there, or add its directory to the key volume_directories of services.yml");
    }

    private static String missing(Launch.Volume volume) {
        return "the volume " + volume.host() + " does not exist on this host. Make it, or correct the key volumes";
    }

    /** Whether who sees the directory sees the file, which may not have been made yet. */
    private static boolean shows(Path real, Path file) {
        Path where;
        try {
            where = file.toRealPath();
        } catch (IOException notYet) {
            Path around = file.toAbsolutePath().normalize().getParent();
            try {
                where = around == null ? file : around.toRealPath().resolve(file.getFileName());
            } catch (IOException neither) {
                return false;
            }
        }
        return where.startsWith(real) || real.startsWith(where);
    }

    private static boolean below(Path real, Path root) {
        try {
            return Files.isDirectory(root) && real.startsWith(root.toRealPath());
        } catch (IOException unreadable) {
            return false;
        }
    }
}

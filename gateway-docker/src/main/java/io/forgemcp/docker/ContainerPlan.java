package io.forgemcp.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a container of one service is made with. It may do as little as a server can live with: no capability, no new
 * privileges, no root, nothing to write to but {@code /tmp}, no network unless it is spoken to by one, and not more
 * memory, swap, processor time and processes than the service's share. Every container has a memory limit, because a
 * squeezed one needs a value to go back to.
 */
final class ContainerPlan {
    private static final long DEFAULT_MEMORY = 512L << 20;
    private static final double DEFAULT_CPU = 1.0;
    private static final int DEFAULT_PIDS = 256;
    private static final int DEFAULT_PORT = 8080;
    private static final String NOBODY = "65534:65534";
    private static final String TMP = "rw,exec,nosuid,nodev,mode=1777,size=64m";
    private static final double NANO = 1e9;

    private final ServiceDefinition service;
    private final Launch.Command launch;
    private final HostFacts facts;
    private final List<Mount> mounts;
    private final String user;
    private final int port;
    private final String imageId;

    ContainerPlan(ServiceDefinition service, HostFacts facts, InspectImageResponse image, List<Mount> mounts) {
        this.service = service;
        this.launch = (Launch.Command) service.launch();
        this.facts = facts;
        this.mounts = mounts;
        this.user = user(image, launch.container().user());
        this.port = listens() ? port(image) : 0;
        this.imageId = Objects.requireNonNullElse(image.getId(), "");
    }

    boolean listens() {
        return service.wire() != WireProtocol.STDIO;
    }

    /** Inside the container; zero for stdio. */
    int port() {
        return port;
    }

    /** Whether a process would be something else: less confined than the entry says, or without the directories it names. */
    static boolean isNeeded(Launch.Command launch) {
        return launch.command().isEmpty()
                || !launch.volumes().isEmpty()
                || !launch.container().equals(Launch.Container.DEFAULT);
    }

    Launch.Network network() {
        Launch.Network said = launch.container().network();
        return said != null ? said : listens() ? Launch.Network.INTERNAL : Launch.Network.NONE;
    }

    /** Whether it is reached through a port of the engine's host, because its own address leads nowhere from here. */
    boolean published() {
        return listens() && !facts.local();
    }

    /** What its engine would refuse of its limits, by key; empty if nothing. */
    Map<String, String> objections() {
        return objections(service, facts);
    }

    /** As {@link #objections()}, before there is a plan. @param facts null if the engine cannot be asked */
    static Map<String, String> objections(ServiceDefinition service, @Nullable HostFacts facts) {
        return LimitObjections.to(memory(service), cores(service), facts);
    }

    Instance.Limits limits() {
        return new Instance.Limits(memory(), cores());
    }

    private double cores() {
        return cores(service);
    }

    private static double cores(ServiceDefinition service) {
        return Objects.requireNonNullElse(service.resources().cpuCores(), DEFAULT_CPU);
    }

    long memory() {
        return memory(service);
    }

    private static long memory(ServiceDefinition service) {
        return Objects.requireNonNullElse(service.resources().memoryBytes(), DEFAULT_MEMORY);
    }

    /** Memory and swap together; above the memory, so that a frozen container can be squeezed. */
    /** The limit on memory and swap together; null where the engine does not limit swap. */
    @Nullable
    Long swapLimit() {
        return facts.accountsSwap() ? memoryAndSwap() : null;
    }

    private long memoryAndSwap() {
        Long said = service.resources().swapBytes();
        return said != null && said > memory() ? said : 2 * memory();
    }

    /** The same for containers that are alike in everything, and hardly for others; tells nothing of what is in it. */
    String hash() {
        Resources limits = service.resources();
        String everything = String.join(
                "\0",
                imageId,
                launch.command().toString(),
                new TreeMap<>(launch.environment()).toString(),
                mounts.stream()
                        .map(mount -> mount.getSource() + ":" + mount.getTarget() + ":" + mount.getReadOnly())
                        .toList()
                        .toString(),
                network().name(),
                user,
                service.wire().name(),
                Integer.toString(port),
                launch.path(),
                memory() + "," + memoryAndSwap() + "," + limits.cpuCores() + "," + limits.maxPids());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(everything.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** @param network as {@link Networks} names it */
    CreateContainerCmd command(DockerClient client, String name, Map<String, String> labels, String network) {
        CreateContainerCmd create = client.createContainerCmd(Objects.requireNonNull(launch.image()))
                .withName(name)
                .withLabels(labels)
                .withUser(user)
                .withEnv(environment())
                .withTty(false)
                // A health check of the image would call every sleeping container unhealthy (moby#46203).
                .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
                .withHostConfig(limits(hostConfig(network)));
        if (!listens()) {
            // Open for ever, so that a gateway that takes over can attach again.
            create.withStdinOpen(true).withStdInOnce(false);
        }
        if (published()) {
            create.withExposedPorts(ExposedPort.tcp(port));
        }
        List<String> command = launch.command().stream()
                .map(word -> listens() ? word.replace("{port}", Integer.toString(port)) : word)
                .toList();
        if (!command.isEmpty()) {
            // The words of a service are a whole command, whatever entry point an image has.
            create.withEntrypoint(command.get(0)).withCmd(command.subList(1, command.size()));
        }
        return create;
    }

    private HostConfig hostConfig(String network) {
        HostConfig host = new HostConfig()
                .withNetworkMode(network)
                .withReadonlyRootfs(true)
                .withTmpFs(Map.of("/tmp", TMP))
                .withMounts(mounts)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges:true"))
                .withPrivileged(false)
                .withInit(facts.hasInit())
                .withAutoRemove(false)
                .withLogConfig(
                        listens()
                                ? new LogConfig(
                                        LogConfig.LoggingType.JSON_FILE, Map.of("max-size", "1m", "max-file", "1"))
                                // Standard output is the conversation, which belongs in no log.
                                : new LogConfig(LogConfig.LoggingType.NONE));
        return published() ? host.withPortBindings(loopback()) : host;
    }

    private PortBinding loopback() {
        return new PortBinding(Ports.Binding.bindIp("127.0.0.1"), ExposedPort.tcp(port));
    }

    private HostConfig limits(HostConfig host) {
        Resources limits = service.resources();
        host.withMemory(memory()).withNanoCPUs((long) (NANO * cores())).withPidsLimit((long)
                Objects.requireNonNullElse(limits.maxPids(), DEFAULT_PIDS));
        Long swap = swapLimit();
        if (swap != null) {
            host.withMemorySwap(swap);
        }
        return host;
    }

    private List<String> environment() {
        Map<String, String> variables = new TreeMap<>(launch.environment());
        // Whoever it runs as has no home in the image, and nothing else can be written to.
        variables.putIfAbsent("HOME", "/tmp");
        if (listens()) {
            variables.putIfAbsent("PORT", Integer.toString(port));
        }
        return variables.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    private static String user(InspectImageResponse image, @Nullable String said) {
        if (said != null) {
            return said;
        }
        String own = image.getConfig() == null ? null : image.getConfig().getUser();
        String name = own == null ? "" : own.split(":", 2)[0];
        return own == null || name.isEmpty() || name.equals("root") || name.equals("0") ? NOBODY : own;
    }

    private int port(InspectImageResponse image) {
        if (launch.port() != 0) {
            return launch.port();
        }
        ExposedPort[] exposed =
                image.getConfig() == null ? null : image.getConfig().getExposedPorts();
        return exposed != null && exposed.length == 1 && launch.command().isEmpty()
                ? exposed[0].getPort()
                : DEFAULT_PORT;
    }
}

package io.forgemcp.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Ports;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceLog;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes instances of services: new ones out of images, and those of an earlier gateway out of their containers. Every
 * method blocks for as long as the engine takes, never for the server inside.
 */
final class ContainerStart {
    private static final int CONNECT_MILLIS = 250;
    private static final int PROXY_MILLIS = 100;
    private static final String LOOPBACK = "127.0.0.1";
    private static final Path PROC = Path.of("/proc");
    private static final Path SYS = Path.of("/sys");

    private final Engine engine;
    private final Labels labels;
    private final Networks networks;
    private final VolumeMounts volumes;
    private final Surroundings surroundings;
    private final ProgramCheck programs;

    ContainerStart(Engine engine, Labels labels, Networks networks, VolumeMounts volumes, Surroundings surroundings) {
        this.engine = engine;
        this.labels = labels;
        this.networks = networks;
        this.volumes = volumes;
        this.surroundings = surroundings;
        this.programs = new ProgramCheck(engine.address());
    }

    /**
     * What each start of the service is refused for, by key of {@code services.yml}.
     *
     * @param facts null if the engine cannot be asked
     */
    Map<String, String> objections(ServiceDefinition service, @Nullable HostFacts facts) {
        Map<String, String> found = new TreeMap<>(ContainerPlan.objections(service, facts));
        volumes.objection((Launch.Command) service.launch()).ifPresent(why -> found.put("volumes", why));
        return found;
    }

    /** @throws GatewayException if the service asks for what it may not have */
    ContainerPlan plan(ServiceDefinition service, EngineLink link, InspectImageResponse image) {
        Launch.Command launch = (Launch.Command) service.launch();
        ContainerPlan plan = new ContainerPlan(service, link.facts(), image, volumes.of(service, launch));
        if (plan.listens() && plan.network() == Launch.Network.NONE) {
            throw EngineFailure.startFailed(
                    service.name(),
                    "network: none leaves no way to a server that is spoken to over HTTP. Write internal or egress, or"
                            + " use a stdio server");
        }
        if (plan.published() && plan.network() == Launch.Network.INTERNAL) {
            throw EngineFailure.startFailed(
                    service.name(),
                    "containers of this engine can only be reached through published ports, which an internal network"
                            + " does not have. Write network: egress, or use a stdio server");
        }
        plan.objections().forEach((key, why) -> {
            throw EngineFailure.startFailed(service.name(), key + ": " + why);
        });
        return plan;
    }

    /** Creates it; it does not run yet. */
    DockerInstance create(
            ServiceDefinition service, InstanceId id, ContainerPlan plan, ServiceRuntime.ExitListener exits) {
        String network = networks.require(plan.network());
        String name = "forge-" + labels.shortOwner() + "-" + id.service() + "-" + id.number() + "-"
                + UUID.randomUUID().toString().substring(0, 4);
        Map<String, String> marks = labels.ofContainer(id, plan.hash(), plan.memory());
        String container = engine.call(
                client -> plan.command(client, name, marks, network).exec().getId());
        return instance(service, id, new EngineContainer(engine, container), plan, exits);
    }

    DockerInstance instance(
            ServiceDefinition service,
            InstanceId id,
            EngineContainer container,
            ContainerPlan plan,
            ServiceRuntime.ExitListener exits) {
        Launch.Command launch = (Launch.Command) service.launch();
        return new DockerInstance(
                id,
                container,
                plan.limits(),
                plan.swapLimit(),
                new ServiceLog(service.name(), launch.environment()),
                surroundings,
                exits);
    }

    /** Attaches and starts a created container. What it writes first is not missed. */
    void run(DockerInstance instance, ServiceDefinition service, ContainerPlan plan, InspectImageResponse image)
            throws IOException {
        programs.require(service, instance.container(), image);
        attach(instance, plan);
        try {
            instance.container().start();
        } catch (DockerException failure) {
            throw EngineFailure.startFailed(
                    service.name(), instance.log().blotted(EngineFailure.reason(failure)), failure);
        }
        EngineContainer.Observed now = settle(instance, service, plan);
        if (now == null || !now.running()) {
            instance.ended("its container ended at once");
        }
    }

    /** Attaches to the streams of a container, running or not. */
    void attach(DockerInstance instance, ContainerPlan plan) throws IOException {
        Attachment streams = Attachment.to(
                engine.address(),
                instance.container().id(),
                instance.log(),
                () -> instance.ended("its output ended"),
                instance::inputClosed);
        instance.attached(streams);
        if (plan.listens()) {
            instance.log()
                    .follow(streams.output(), "service-log-" + instance.id().service());
        } else {
            instance.at(new InstanceAddress.Stdio(streams.input(), streams.output()));
        }
    }

    /** Finds out where a running container is and by what it is measured. */
    EngineContainer.@Nullable Observed settle(DockerInstance instance, ServiceDefinition service, ContainerPlan plan) {
        EngineContainer.Observed now = instance.container().inspect();
        if (now == null || !now.running()) {
            return now;
        }
        EngineLink link = engine.link();
        if (link != null && link.facts().local()) {
            instance.measuredBy(ContainerCgroup.of(now.pid(), PROC, SYS).orElse(null));
        }
        if (plan.listens()) {
            instance.at(http(instance, service, plan, now));
        }
        return now;
    }

    private InstanceAddress http(
            DockerInstance instance, ServiceDefinition service, ContainerPlan plan, EngineContainer.Observed now) {
        Launch.Command launch = (Launch.Command) service.launch();
        String host = plan.published() ? LOOPBACK : now.address();
        if (host == null) {
            throw EngineFailure.startFailed(service.name(), "its container has got no address");
        }
        int port = plan.published() ? publishedPort(instance.container(), plan.port()) : plan.port();
        return new InstanceAddress.Http(
                URI.create("http://" + host + ":" + port + launch.path()), Map.of(), service.wire());
    }

    private int publishedPort(EngineContainer container, int inside) {
        return engine.call(client -> {
            Ports ports = client.inspectContainerCmd(container.id())
                    .exec()
                    .getNetworkSettings()
                    .getPorts();
            return ports.getBindings().values().stream()
                    .filter(Objects::nonNull)
                    .flatMap(java.util.Arrays::stream)
                    .map(binding -> Integer.parseInt(binding.getHostPortSpec()))
                    .findFirst()
                    .orElse(inside);
        });
    }

    /** Whether its port takes connections now; waits for a moment. */
    static boolean answers(DockerInstance instance) {
        if (!instance.placed()) {
            return false;
        }
        URI url = ((InstanceAddress.Http) instance.address()).url();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), CONNECT_MILLIS);
            return !LOOPBACK.equals(url.getHost()) || staysOpen(socket);
        } catch (IOException refused) {
            return false;
        }
    }

    /** Behind a published port the engine takes every connection, and ends it when the container takes none. */
    private static boolean staysOpen(Socket socket) throws IOException {
        socket.setSoTimeout(PROXY_MILLIS);
        try {
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException silent) {
            return true;
        }
    }
}

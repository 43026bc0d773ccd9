package io.forgemcp.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Container;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime.Adopted;
import io.forgemcp.gateway.lifecycle.ServiceRuntime.ExitListener;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over the containers that a gateway left behind which did not end in order: killed, or out of power. One that is
 * what the service would be started as now is taken as it is, running or asleep, with whatever it remembers; every other
 * is removed. What each start of a service will be refused for is logged before. Blocks.
 */
final class Adoption {
    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);
    private static final double MOSTLY = 0.5;
    private static final double PARTLY = 0.2;

    private final Engine engine;
    private final Labels labels;
    private final Images images;
    private final ContainerStart starts;
    private final Consumer<DockerInstance> register;

    /** @param register is told of an instance before anything can happen to it */
    Adoption(Engine engine, Labels labels, Images images, ContainerStart starts, Consumer<DockerInstance> register) {
        this.engine = engine;
        this.labels = labels;
        this.images = images;
        this.starts = starts;
        this.register = register;
    }

    List<Adopted> adopt(EngineLink link, ServiceDefinition service, Supplier<InstanceId> ids, ExitListener exits) {
        starts.objections(service, link.facts())
                .forEach((key, why) -> LOG.warn(
                        "event=service_cannot_start service={} key={} reason=\"{}\"", service.name(), key, why));
        List<Container> left = new ArrayList<>(left(service));
        if (left.isEmpty()) {
            return List.of();
        }
        // The one that was started last is the likeliest to be well.
        left.sort(Comparator.comparing(Container::getCreated).reversed());
        ContainerPlan plan = planned(link, service);
        List<Adopted> adopted = new ArrayList<>();
        for (Container container : left) {
            String objection = objection(service, plan, container, adopted.size());
            Adopted taken = objection == null && plan != null
                    ? take(service, plan, new EngineContainer(engine, container.getId()), ids, exits)
                    : null;
            if (taken != null) {
                adopted.add(taken);
            } else {
                remove(service, container, objection == null ? "it cannot be spoken to" : objection);
            }
        }
        return adopted;
    }

    private List<Container> left(ServiceDefinition service) {
        return engine.call(client -> client.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(labels.ofService(service.name()))
                .exec());
    }

    /** Where nothing is taken over: removes all but those that live here. */
    void removeLeft(ServiceDefinition service, Set<String> living) {
        left(service).stream()
                .filter(container -> !living.contains(container.getId()))
                .forEach(container -> remove(service, container, "a new one is started"));
    }

    private @Nullable ContainerPlan planned(EngineLink link, ServiceDefinition service) {
        Launch.Command launch = (Launch.Command) service.launch();
        InspectImageResponse image = images.find(Objects.requireNonNull(launch.image()));
        try {
            return image == null ? null : starts.plan(service, link, image);
        } catch (RuntimeException notAllowed) {
            // A start will say so.
            return null;
        }
    }

    private static @Nullable String objection(
            ServiceDefinition service, @Nullable ContainerPlan plan, Container container, int taken) {
        if (service.wire() == WireProtocol.STDIO && service.isolation() == Isolation.SESSION) {
            return "it belonged to a session that has ended";
        }
        if (plan == null || !plan.hash().equals(container.getLabels().get(Labels.CONFIGURATION))) {
            return "it was started with another configuration or image";
        }
        if (!"running".equals(container.getState()) && !"paused".equals(container.getState())) {
            return "it has ended";
        }
        return taken >= Math.max(1, service.instances().max()) ? "there are enough without it" : null;
    }

    private @Nullable Adopted take(
            ServiceDefinition service,
            ContainerPlan plan,
            EngineContainer container,
            Supplier<InstanceId> ids,
            ExitListener exits) {
        DockerInstance instance = starts.instance(service, ids.get(), container, plan, exits);
        register.accept(instance);
        try {
            // A gateway that died in the middle of a squeeze has left the limit low; waking would be its end.
            instance.squeeze().suspect();
            instance.squeeze().restore();
            EngineContainer.Observed found = container.inspect();
            if (found != null && found.paused()) {
                attachAsleep(instance, plan);
            } else {
                starts.attach(instance, plan);
            }
            EngineContainer.Observed now = starts.settle(instance, service, plan);
            if (now != null && now.running()) {
                LOG.info(
                        "event=container_adopted service={} container={} asleep={}",
                        service.name(),
                        container,
                        now.paused());
                return new Adopted(instance, now.paused() ? depth(instance) : null);
            }
        } catch (IOException | RuntimeException failure) {
            LOG.debug("event=container_not_adopted container={}", container, failure);
        }
        instance.stop(java.time.Duration.ZERO);
        return null;
    }

    /** The engine attaches to nothing that is paused, so it is awake for a moment. */
    private void attachAsleep(DockerInstance instance, ContainerPlan plan) throws IOException {
        instance.foundPaused();
        instance.holdingItsTurn(() -> {
            instance.container().unpause();
            try {
                starts.attach(instance, plan);
            } finally {
                instance.container().pause();
            }
        });
    }

    /** How deeply it sleeps, by where its memory is. */
    private static SleepDepth depth(Instance instance) {
        Instance.Usage usage = instance.usage();
        Long swapped = usage == null ? null : usage.swapBytes();
        if (usage == null || swapped == null) {
            return SleepDepth.FREEZE;
        }
        double share = (double) swapped / Math.max(1, swapped + usage.memoryBytes());
        return share > MOSTLY ? SleepDepth.DEEP : share > PARTLY ? SleepDepth.SHALLOW : SleepDepth.FREEZE;
    }

    private void remove(ServiceDefinition service, Container container, String why) {
        EngineContainer unwanted = new EngineContainer(engine, container.getId());
        LOG.info("event=container_removed service={} container={} reason=\"{}\"", service.name(), unwanted, why);
        unwanted.remove();
    }
}

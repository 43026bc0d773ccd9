package io.forgemcp.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Network;
import io.forgemcp.gateway.service.Launch;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks of one gateway, made when the first container needs them and removed with the gateway: one without a way
 * out, one with. On neither can containers reach each other. Methods block.
 */
final class Networks {
    private static final Logger LOG = LoggerFactory.getLogger(Networks.class);

    private final Engine engine;
    private final Labels labels;
    private final ReentrantLock lock = new ReentrantLock();

    Networks(Engine engine, Labels labels) {
        this.engine = engine;
        this.labels = labels;
    }

    /**
     * What a container of this kind is put on: the name of a network, which is there now. Looked for each time, because
     * somebody may have removed it ({@code docker network prune}); beside a start that takes no time.
     */
    String require(Launch.Network kind) {
        if (kind == Launch.Network.NONE) {
            return "none";
        }
        // The only lock here that is held over a command: two networks of one name would be worse than waiting.
        lock.lock();
        try {
            return find(kind);
        } finally {
            lock.unlock();
        }
    }

    private String find(Launch.Network kind) {
        String name = name(kind);
        boolean there = list().stream().anyMatch(network -> name.equals(network.getName()));
        if (!there) {
            engine.call(client -> client.createNetworkCmd()
                    .withName(name)
                    .withCheckDuplicate(true)
                    .withInternal(kind == Launch.Network.INTERNAL)
                    .withOptions(Map.of("com.docker.network.bridge.enable_icc", "false"))
                    .withLabels(labels.ofOwner())
                    .exec());
            LOG.info("event=network_made name={}", name);
        }
        return name;
    }

    private String name(Launch.Network kind) {
        return "forge-" + labels.shortOwner() + "-" + kind.name().toLowerCase(Locale.ROOT);
    }

    private List<Network> list() {
        return engine.call(client -> client.listNetworksCmd()
                .withFilter("label", List.of(Labels.OWNER + "=" + labels.owner()))
                .exec());
    }

    /** Removes them; only those that nobody uses can be. */
    void removeAll() {
        for (Network network : list()) {
            try {
                engine.call(client -> client.removeNetworkCmd(network.getId()).exec());
            } catch (DockerException inUse) {
                LOG.warn("event=network_left name={} reason=\"{}\"", network.getName(), EngineFailure.reason(inUse));
            }
        }
    }
}

package io.forgemcp.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to an engine that answered: one client for commands, whose answers come soon, one for streams, which may
 * be silent for ever, and the stream of what happens to the gateway's containers. Over once the engine has gone.
 */
final class EngineLink implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLink.class);
    private static final Duration CONNECT = Duration.ofSeconds(3);
    /** Longer than any grace that a container is given to stop. */
    private static final Duration ANSWER = Duration.ofSeconds(120);

    private static final int COMMANDS = 64;
    /** One for events, one for each image that is fetched; further ones would wait behind a registry that hangs. */
    private static final int STREAMS = 256;

    private final DockerClient commands;
    private final DockerClient streams;
    private final HostFacts facts;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EngineLink(DockerClient commands, DockerClient streams, HostFacts facts) {
        this.commands = commands;
        this.streams = streams;
        this.facts = facts;
    }

    /** Blocks until the engine has said what it is. */
    static EngineLink to(URI address) {
        DockerClient commands = client(address, COMMANDS, ANSWER);
        DockerClient streams = client(address, STREAMS, Duration.ZERO);
        try {
            Info info = commands.infoCmd().exec();
            return new EngineLink(commands, streams, HostFacts.of(info, address));
        } catch (RuntimeException failure) {
            close(commands);
            close(streams);
            throw failure;
        }
    }

    private static DockerClient client(URI address, int connections, Duration answer) {
        DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(address.toString())
                .withDockerTlsVerify(false)
                .build();
        ApacheDockerHttpClient.Builder http = new ApacheDockerHttpClient.Builder()
                .dockerHost(address)
                .maxConnections(connections)
                .connectionTimeout(CONNECT)
                .responseTimeout(answer);
        return DockerClientImpl.getInstance(config, http.build());
    }

    DockerClient commands() {
        return commands;
    }

    /** For what may take for ever: events, pulls. */
    DockerClient streams() {
        return streams;
    }

    HostFacts facts() {
        return facts;
    }

    /**
     * Hears what happens to containers with these labels from now on.
     *
     * @param since seconds since 1970, so that nothing between then and now is missed
     * @param over called once when no more will come, unless the link was closed
     */
    void follow(Map<String, String> labels, long since, Consumer<Event> events, Consumer<String> over) {
        AtomicBoolean told = new AtomicBoolean();
        Consumer<String> end = why -> {
            if (!closed.get() && told.compareAndSet(false, true)) {
                over.accept(why);
            }
        };
        streams.eventsCmd()
                .withEventTypeFilter("container")
                .withEventFilter("die", "kill", "oom", "pause", "unpause", "destroy")
                .withLabelFilter(labels.entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .toArray(String[]::new))
                .withSince(Long.toString(since))
                .exec(new Events(events, end));
    }

    /** The stream of events, until it ends one way or the other. */
    private record Events(Consumer<Event> events, Consumer<String> end) implements ResultCallback<Event> {
        @Override
        public void onStart(Closeable stream) {
            // closed with the client
        }

        @Override
        public void onNext(Event event) {
            try {
                events.accept(event);
            } catch (RuntimeException failure) {
                LOG.error("event=container_event_failed action={}", event.getAction(), failure);
            }
        }

        @Override
        public void onError(Throwable failure) {
            end.accept(EngineFailure.reason(failure));
        }

        @Override
        public void onComplete() {
            end.accept("its stream of events ended");
        }

        @Override
        public void close() {
            // closed with the client
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            List.of(streams, commands).forEach(EngineLink::close);
        }
    }

    private static void close(DockerClient client) {
        try {
            client.close();
        } catch (IOException | RuntimeException brokenAlready) {
            LOG.debug("event=docker_client_close_failed", brokenAlready);
        }
    }
}

package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.lifecycle.SleepyServer.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.endpoint.CallRecorder;
import io.forgemcp.gateway.lifecycle.InstanceEnded;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.lifecycle.SleepyServer;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.transport.InProcessTransport;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.upstream.UpstreamListener;
import io.forgemcp.gateway.upstream.UpstreamSettings;
import io.forgemcp.gateway.upstream.Upstreams;
import io.forgemcp.gateway.virtualserver.Route;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A server whose resources somebody listens for, put together as the gateway does. */
abstract class ResourceWatchesFixture {
    static final Duration DAY = Duration.ofDays(1);
    static final Duration SOON = Duration.ofSeconds(1);
    static final Duration IDLE = Duration.ofSeconds(301);
    static final ClientProfile ANNE = modern("anne");
    static final ClientProfile BERT = modern("bert");

    final ScriptedServer script =
            new ScriptedServer().answer("resources/subscribe", "{}").answer("resources/unsubscribe", "{}");
    SleepyServer server = new SleepyServer(script, Isolation.SESSION);
    Upstreams upstreams;
    CallPath path;
    ResourceWatches watches;
    /** What clients with sessions want. */
    final Set<String> withSessions = ConcurrentHashMap.newKeySet();

    ResourceWatchesFixture() {
        wire();
    }

    /** As the gateway puts these together. */
    void wire() {
        script.capabilities = "{\"resources\":{\"subscribe\":true}}";
        upstreams = new Upstreams(
                List.of(new InProcessTransport()),
                UpstreamSettings.DEFAULT,
                server.timers(),
                new NoMetrics(),
                new UpstreamListener() {
                    @Override
                    public void onNotification(ServiceName service, ClientKey client, Message notification) {}

                    @Override
                    public void onRequest(
                            ServiceName service, ClientKey client, Message request, ReverseAnswer answer) {}

                    @Override
                    public List<Message> opening(
                            ServiceName service, ClientKey client, @Nullable JsonSlice capabilities) {
                        return watches.opening(service, client).stream()
                                .map(ResourceWatchesFixture::subscribe)
                                .toList();
                    }
                });
        path = new CallPath(
                server.manager(),
                upstreams,
                new CallRecorder(new NoMetrics(), (service, why) -> {}),
                () -> Duration.ofSeconds(30));
        watches = new ResourceWatches(
                path, (service, uri) -> withSessions.contains(uri), Duration.ofSeconds(60), server.timers());
        server.events().subscribe(event -> {
            if (event instanceof InstanceEnded end) {
                upstreams.closeInstance(end.instance(), end.reason());
            }
            watches.heard(event);
        });
    }

    void shared() {
        close();
        server = new SleepyServer(script, Isolation.SHARED);
        wire();
    }

    @AfterEach
    void close() {
        upstreams.close();
        server.close();
    }

    WatchedResources begin(ClientProfile client, List<Route> resources) {
        WatchedResources watched = watches.of(client);
        watches.begin(watched, resources);
        return watched;
    }

    static ClientProfile modern(String name) {
        return new ClientProfile(
                new ClientKey(name, ClientKey.Keeps.CONVERSATIONS), ProtocolVersion.LATEST, JsonSlice.parse("{}"));
    }

    static Message subscribe(String uri) {
        return Messages.request(RequestId.of(1), "resources/subscribe", uri(uri));
    }

    static byte[] uri(String uri) {
        return ("{\"uri\":" + new String(JsonText.quote(uri), StandardCharsets.UTF_8) + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    static List<Route> resources(String... uris) {
        return List.of(uris).stream()
                .map(uri -> new Route(NAME, uri, JsonText.quote(uri), ParameterHeaders.NONE))
                .toList();
    }

    List<String> subscribed() {
        return heard("resources/subscribe");
    }

    List<String> unsubscribed() {
        return heard("resources/unsubscribe");
    }

    List<String> heard(String method) {
        return script.heard(method).stream()
                .map(message -> message.text(Field.URI))
                .toList();
    }

    /** The client has called this server. */
    void talk(ClientProfile client) {
        try (Lease call = server.manager()
                .acquire(NAME, client.key(), SOON)
                .toCompletableFuture()
                .join()) {
            assertThat(path.conversation(call, client).toCompletableFuture()).isCompleted();
        }
    }
}

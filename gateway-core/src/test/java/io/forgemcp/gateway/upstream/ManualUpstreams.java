package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** {@link Upstreams} with a server and a clock in the hand of the test that extends this. */
abstract class ManualUpstreams {
    static final ClientProfile ANNE = ClientProfile.plain(new ClientKey("anne"));
    static final ClientProfile BOB = ClientProfile.plain(new ClientKey("bob"));
    static final GatewayException UNREACHABLE =
            new GatewayException(ErrorCode.UPSTREAM_UNREACHABLE, "Service \"svc\" could not be reached.");

    final ManualServer server = new ManualServer();
    final ManualTimers timers = new ManualTimers();
    final List<String> heard = new ArrayList<>();
    final Upstreams upstreams =
            new Upstreams(List.of(server), UpstreamSettings.DEFAULT, timers, new NoMetrics(), new UpstreamListener() {
                @Override
                public void onNotification(ServiceName service, ClientKey client, Message notification) {
                    heard.add(service + " " + client.value() + " " + notification.method());
                }

                @Override
                public void onSilence(InstanceId instance, String reason) {
                    heard.add(instance + " is silent: " + reason);
                }
            });

    @AfterEach
    void nothingIsLeftAfterClosing() {
        upstreams.close();
        timers.advance(Duration.ofMinutes(10));

        assertThat(timers.waiting()).isZero();
        assertThat(server.channels).allMatch(channel -> channel.closed);
    }

    static UpstreamTarget http(Isolation isolation) {
        ServiceDefinition service = ServiceDefinition.http("svc", URI.create("http://svc.test/mcp"))
                .isolation(isolation)
                .build();
        return new UpstreamTarget(
                service,
                new InstanceId(service.name(), 1),
                new InstanceAddress.Http(URI.create("http://svc.test/mcp"), Map.of(), WireProtocol.HTTP_PROBED));
    }

    static UpstreamTarget stdio(Isolation isolation) {
        ServiceDefinition service =
                ServiceDefinition.stdio("svc", "unused").isolation(isolation).build();
        return new UpstreamTarget(
                service,
                new InstanceId(service.name(), 1),
                new InstanceAddress.Stdio(OutputStream.nullOutputStream(), InputStream.nullInputStream()));
    }

    static UpstreamRequest request(String id, String meta) {
        return new UpstreamRequest(
                Message.parse(EchoServer.text("{\"jsonrpc\":\"2.0\",\"id\":" + id
                        + ",\"method\":\"tools/call\",\"params\":{\"name\":\"say\"" + meta + "}}")),
                null,
                Duration.ofSeconds(30));
    }

    final RecordingCall send(UpstreamTarget target, ClientProfile client) {
        RecordingCall call = new RecordingCall();
        upstreams.send(target, client, request("1", ""), call);
        return call;
    }
}

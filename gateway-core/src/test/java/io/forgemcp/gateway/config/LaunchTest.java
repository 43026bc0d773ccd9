package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.service.HealthCheck;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.service.WireProtocol;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchTest {
    @TempDir
    Path project;

    private ConfigurationDirectory files;

    @BeforeEach
    void prepare() {
        files = new ConfigurationDirectory(project);
    }

    @Test
    void everyKeyOfAServiceReachesItsDefinition() {
        files.variable("ROOT", "./files").variable("TOKEN", "t");
        files.write("services.yml", """
                services:
                  full:
                    image: example/full:1
                    command: [serve, --port, "{port}"]
                    transport: streamable-http
                    port: 0
                    path: /custom
                    runtime: auto
                    network: egress
                    user: "1000:100"
                    environment: {TOKEN: "${TOKEN}", PRICE: 5$$}
                    volumes:
                      "${ROOT}": /data
                      /etc/full: /etc/full:ro
                    resources: {memory: 1.5GB, cpu: 0.5, memory_reservation: 512m, cpu_reservation: "0.1"}
                    auto_start: true
                    sleep_policy:
                      enabled: false
                      idle_timeout: 10m
                      min_sleep_time: 30
                      memory_reservation: 64MB
                      depth: freeze
                    health_check: {path: /up, interval: "5", timeout: 2s}
                    isolation: shared
                    tags: [b, a]
                    description: Does everything
                """);

        ServiceDefinition service = files.service("full");

        assertThat(files.load().hasErrors()).isFalse();
        assertThat(service.runtime()).isEqualTo(RuntimeChoice.AUTO);
        assertThat(service.wire()).isEqualTo(WireProtocol.STREAMABLE_HTTP);
        assertThat(service.launch())
                .isEqualTo(new Launch.Command(
                        "example/full:1",
                        List.of("serve", "--port", "{port}"),
                        Map.of("TOKEN", "t", "PRICE", "5$"),
                        List.of(
                                new Launch.Volume(project.resolve("files"), "/data", false),
                                new Launch.Volume(Path.of("/etc/full"), "/etc/full", true)),
                        project,
                        0,
                        "/custom",
                        new Launch.Container(Launch.Network.EGRESS, "1000:100")));
        assertThat(service.resources().memoryBytes()).isEqualTo(1536L << 20);
        assertThat(service.resources().cpuCores()).isEqualTo(0.5);
        assertThat(service.resources().memoryReservationBytes()).isEqualTo(512L << 20);
        assertThat(service.resources().cpuReservationCores()).isEqualTo(0.1);
        assertThat(service.autoStart()).isTrue();
        assertThat(service.sleepPolicy())
                .isEqualTo(new SleepPolicy(
                        false, Duration.ofMinutes(10), Duration.ofSeconds(30), 64L << 20, SleepPolicy.Depth.FREEZE));
        assertThat(service.healthCheck())
                .isEqualTo(new HealthCheck("/up", Duration.ofSeconds(5), Duration.ofSeconds(2)));
        assertThat(service.isolation()).isEqualTo(Isolation.SHARED);
        assertThat(service.tags()).containsExactlyInAnyOrder("a", "b");
        assertThat(service.description()).isEqualTo("Does everything");
    }

    @Test
    void whatHoldsOnlyInAContainerIsRemarkedOnAProcess() {
        files.write("services.yml", """
                services:
                  process: {command: [x], network: egress, user: "1", volumes: {./a: /a}}
                  contained: {image: x, command: [x], network: none}
                """);

        assertThat(files.load().findings())
                .extracting(Finding::keyPath)
                .containsExactlyInAnyOrder(
                        "services.process.network", "services.process.user", "services.process.volumes");
    }

    @Test
    void aVolumeMayNotHideWhatAContainerNeedsItself() {
        files.write("services.yml", """
                services:
                  root: {image: x, volumes: {./a: /}}
                  proc: {image: x, volumes: {./a: /proc}}
                  dev: {image: x, volumes: {./a: "/srv/../dev/shm:ro"}}
                  sys: {image: x, volumes: {./a: /sys/fs}}
                  well: {image: x, volumes: {./a: /processes, ./b: /data}}
                """);

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .allSatisfy(finding -> assertThat(finding.describe()).contains("such as /data"))
                .extracting(Finding::keyPath)
                .containsExactlyInAnyOrder(
                        "services.root.volumes",
                        "services.proc.volumes",
                        "services.dev.volumes",
                        "services.sys.volumes");
    }

    @Test
    void twoVolumesMayNotLeadToOneDirectory() {
        files.write("services.yml", """
                services:
                  twice: {image: x, volumes: {./a: /data, ./b: "/data/:ro"}}
                """);

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .singleElement()
                .satisfies(finding -> assertThat(finding.describe()).contains("Two volumes lead to \"/data\""));
    }

    @Test
    void anHttpServerWithoutANetworkIsAnError() {
        files.write("services.yml", """
                services:
                  web: {image: x, transport: streamable-http, network: none}
                """);

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).contains("Write internal or egress"));
    }

    @Test
    void aUrlMakesAServiceRemote() {
        files.variable("KEY", "k");
        files.write("services.yml", """
                services:
                  plain: {url: "https://mcp.example/mcp"}
                  keyed: {url: "https://mcp.example/sse", transport: sse, headers: {X-API-Key: "${KEY}"}, runtime: remote}
                """);

        assertThat(files.load().findings()).isEmpty();
        assertThat(files.service("plain").wire()).isEqualTo(WireProtocol.HTTP_PROBED);
        assertThat(files.service("keyed").wire()).isEqualTo(WireProtocol.SSE);
        assertThat(files.service("keyed").launch())
                .isEqualTo(new Launch.Remote(URI.create("https://mcp.example/sse"), Map.of("X-API-Key", "k")));
        assertThat(files.service("keyed").isolation()).isEqualTo(Isolation.SESSION);
    }

    @Test
    void whoTheGatewayIsToAnAuthorizationServerIsRead() {
        files.variable("SECRET", "hush");
        files.write("services.yml", """
                services:
                  plain: {url: "https://mcp.example/mcp"}
                  off: {url: "https://mcp.example/mcp", oauth: {enabled: false}}
                  known: {url: "https://mcp.example/mcp", oauth: {client_id: us, client_secret: "${SECRET}", scopes: [read, write]}}
                  machine: {url: "https://mcp.example/mcp", oauth: {grant: client-credentials, client_id: us, client_secret: "${SECRET}", issuer: "https://auth.example"}}
                  document: {url: "https://mcp.example/mcp", oauth: {client_metadata_url: "https://us.example/client.json"}}
                """);

        assertThat(files.load().findings()).isEmpty();
        assertThat(oauth("plain")).isEqualTo(OAuthClient.AUTOMATIC);
        assertThat(oauth("off")).isEqualTo(OAuthClient.OFF);
        assertThat(oauth("known")).isEqualTo(new OAuthClient(true, "us", "hush", null, List.of("read", "write")));
        assertThat(oauth("known").toString()).doesNotContain("hush");
        assertThat(oauth("machine"))
                .isEqualTo(new OAuthClient(
                        true,
                        "us",
                        "hush",
                        null,
                        List.of(),
                        "https://auth.example",
                        OAuthClient.Grant.CLIENT_CREDENTIALS));
        assertThat(oauth("document"))
                .isEqualTo(new OAuthClient(true, null, null, URI.create("https://us.example/client.json"), List.of()));
    }

    @Test
    void aClientMayHaveAKeyInsteadOfASecret() throws Exception {
        byte[] key = KeyPairGenerator.getInstance("EC")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        files.variable(
                "CLIENT_KEY",
                "-----BEGIN " + "PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                        + "\n-----END PRIVATE KEY-----\n");
        files.write("services.yml", """
                services:
                  machine: {url: "https://mcp.example/mcp", oauth: {grant: client-credentials, client_id: us, client_private_key: "${CLIENT_KEY}"}}
                """);

        assertThat(files.load().findings()).isEmpty();
        OAuthClient read = oauth("machine");
        assertThat(read.key().key().getEncoded()).isEqualTo(key);
        assertThat(read.secret()).isNull();
        assertThat(read.toString()).doesNotContain("PrivateKey");
    }

    private OAuthClient oauth(String service) {
        return ((Launch.Remote) files.service(service).launch()).oauth();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "url: 'https://x.example/mcp', oauth: {client_secret: s}|oauth.client_secret|Add the key client_id",
                "url: 'https://x.example/mcp', oauth: {client_private_key: k}|oauth.client_private_key|Add the key client_id",
                "url: 'https://x.example/mcp', oauth: {client_id: us, client_private_key: k}|oauth.client_private_key|no private key in PEM",
                "url: 'https://x.example/mcp', oauth: {scopes: ['a b']}|oauth.scopes|is not one scope",
                "url: 'https://x.example/mcp', oauth: {client_metadata_url: 'http://x.example/c'}|oauth.client_metadata_url|HTTPS",
                "url: 'https://x.example/mcp', oauth: {client_metadata_url: 'https://x.example/'}|oauth.client_metadata_url|path",
                "url: 'https://x.example/mcp', oauth: {client_id: a, client_metadata_url: 'https://x.example/c'}|oauth.client_metadata_url|one id",
                "url: 'https://x.example/mcp', headers: {authorization: Bearer t}, oauth: {client_id: a}|oauth|sent as it is",
                "url: 'https://x.example/mcp', oauth: {grant: client-credentials, client_id: a}|oauth.grant|Add the keys client_id and client_secret",
                "url: 'https://x.example/mcp', oauth: {issuer: auth}|oauth.issuer|is not an issuer",
                "command: [x], oauth: {client_id: a}|oauth|Only a server behind a url"
            })
    void anOAuthSectionThatContradictsItselfIsRefused(String entry, String key, String message) {
        files.write("services.yml", "services:\n  odd: {" + entry + "}\n");

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.keyPath()).isEqualTo("services.odd." + key);
                    assertThat(finding.message()).contains(message);
                });
    }

    @Test
    void whatIsMissingForARuntimeIsSaid() {
        files.write("services.yml", """
                services:
                  nothing: {description: empty}
                  container: {command: [x], runtime: docker}
                  process: {image: x, runtime: process}
                  remote: {runtime: remote}
                  stdio: {url: "http://x/mcp", transport: stdio}
                  mixed: {url: "http://x/mcp", runtime: process}
                """);

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .extracting(finding -> finding.line() + " " + finding.message())
                .containsExactly(
                        "2 There is neither a command nor an image nor a url. Write for example command: [npx, -y,"
                                + " some-server].",
                        "3 runtime: docker needs an image. Add the key image, or write runtime: auto.",
                        "4 runtime: process needs a command. Add the key command.",
                        "5 runtime: remote needs a url. Write for example url: http://127.0.0.1:8123/mcp.",
                        "6 A service with a url speaks streamable-http or sse, not stdio.",
                        "7 A service with a url runs elsewhere. Remove the url, or write runtime: remote.");
    }

    @Test
    void aPortWithoutTransportMeansHttpAsTheRegistrationSays() {
        files.write("services.yml", """
                services:
                  modern: {command: [x], port: 8035}
                  legacy: {command: [x], port: 8036}
                """);
        files.write("gateways.txt", "legacy|http://legacy:8036/sse|SSE\n");

        assertThat(files.service("modern").wire()).isEqualTo(WireProtocol.STREAMABLE_HTTP);
        assertThat(files.service("legacy").wire()).isEqualTo(WireProtocol.SSE);
        assertThat(((Launch.Command) files.service("legacy").launch()).path()).isEqualTo("/sse");
        assertThat(files.load().findings(Finding.Severity.INFO)).hasSize(2);
    }

    @Test
    void sleepIsOffForAllWhereTheSettingsSaySo() {
        files.write("services.yml", "services:\n  a: {command: [x], sleep_policy: {enabled: true}}\n");
        files.write("sleep_settings.yml", "sleep_settings: {enabled: false, wake_timeout: 5}\n");

        assertThat(files.load().configuration().systemPolicy().sleep().enabled())
                .isFalse();
        assertThat(files.load().configuration().wakeTimeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void theScalingPolicyGivesTheInstances() {
        files.write("services.yml", "services:\n  a: {command: [x]}\n  b: {command: [x]}\n");
        files.write("scaling-policies.yml", """
                policies: {own: {min_instances: 2, max_instances: 5}}
                service_policies: {a: own, b: high-demand}
                """);

        assertThat(files.service("a").instances().min()).isEqualTo(2);
        assertThat(files.service("a").instances().max()).isEqualTo(5);
        assertThat(files.service("b").instances().min()).isEqualTo(1);
        assertThat(files.service("b").sleepPolicy().idleTimeout()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void theClassOfAServiceMayStartItUnlessItSaysOtherwise() {
        files.write("services.yml", "services:\n  a: {command: [x]}\n  b: {command: [x], auto_start: false}\n");
        files.write("sleep-policies/default.yaml", """
                service_classes:
                  always: {auto_start: true, sleep_enabled: false, services: [a, b]}
                """);

        assertThat(files.service("a").autoStart()).isTrue();
        assertThat(files.service("b").autoStart()).isFalse();
        assertThat(files.service("a").sleepPolicy().enabled()).isFalse();
    }
}

package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.schema.MonitoringFile;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShippedConfigurationTest {
    private static final Path DIRECTORY = Path.of("../config");
    private static final Set<String> SERVICES = Set.of(
            "sequential-thinking",
            "chrome-devtools",
            "playwright",
            "puppeteer",
            "browser-tools",
            "desktop-commander",
            "tavily",
            "filesystem",
            "snyk",
            "github",
            "git-mcp",
            "fetch",
            "postgres",
            "mongodb",
            "sqlite",
            "memory",
            "magicuidesign-mcp",
            "reactbits");

    private final LoadResult result = load(Map.of());

    @Test
    void itHasNeitherErrorsNorContradictions() {
        assertThat(result.findings())
                .filteredOn(f -> f.severity() != Finding.Severity.INFO)
                .isEmpty();
    }

    @Test
    void itHasTheDocumentedServices() {
        assertThat(result.configuration().services())
                .extracting(service -> service.name().value())
                .containsExactlyInAnyOrderElementsOf(SERVICES);
        assertThat(result.configuration().services()).allSatisfy(service -> {
            assertThat(service.wire()).isEqualTo(WireProtocol.STDIO);
            assertThat(service.runtime()).isEqualTo(RuntimeChoice.AUTO);
            assertThat(service.category()).isNotNull();
            assertThat(service.description()).isNotEmpty();
            assertThat(service.autoStart()).isFalse();
            assertThat(service.instances().min()).isZero();
        });
    }

    @Test
    void everyServerIsPinnedToAVersion() {
        assertThat(result.configuration().services()).allSatisfy(service -> {
            List<String> command = ((Launch.Command) service.launch()).command();
            String pinned = command.get(0).equals("npx") ? command.get(2) : command.get(1);
            assertThat(pinned).matches(".+@[0-9]+(\\.[0-9]+)+");
        });
    }

    @Test
    void onlyServicesThatNeedAKeyAreUnavailableAndEachSaysWhy() {
        assertThat(result.configuration().services().stream()
                        .filter(service -> service.unavailable() != null)
                        .collect(Collectors.toMap(service -> service.name().value(), ServiceDefinition::unavailable)))
                .containsOnly(
                        Map.entry("tavily", "TAVILY_API_KEY is not set"),
                        Map.entry("snyk", "SNYK_TOKEN is not set"),
                        Map.entry("github", "GITHUB_PERSONAL_ACCESS_TOKEN is not set"),
                        Map.entry("postgres", "FORGE_POSTGRES_CONNECTION_STRING is not set"),
                        Map.entry("mongodb", "FORGE_MONGODB_CONNECTION_STRING is not set"));

        LoadResult complete = load(Map.of(
                "TAVILY_API_KEY", "k",
                "SNYK_TOKEN", "k",
                "GITHUB_PERSONAL_ACCESS_TOKEN", "k",
                "FORGE_POSTGRES_CONNECTION_STRING", "postgresql://u:hunter2@h/d",
                "FORGE_MONGODB_CONNECTION_STRING", "mongodb://u:hunter2@h/d"));
        assertThat(complete.configuration().services()).allMatch(service -> service.unavailable() == null);
        assertThat(complete.values().toString()).doesNotContain("hunter2");
        assertThat(complete.configuration().toString()).doesNotContain("hunter2");
    }

    @Test
    void theDefaultVirtualServerIsMadeOfWhatTheGatewayBringsAlong() {
        VirtualServer server = result.configuration().virtualServers().get(0);

        assertThat(server.name()).isEqualTo("default");
        assertThat(server.enabled()).isTrue();
        assertThat(server.services())
                .containsExactly(
                        ServiceName.of("files"),
                        ServiceName.of("knowledge"),
                        ServiceName.of("time"),
                        ServiceName.of("text"));
    }

    @Test
    void theFivePoliciesAndFourCategoriesAreThoseThatAreBuiltIn() {
        assertThat(result.configuration().files().scaling().policies()).isEqualTo(BuiltIn.POLICIES);
        assertThat(result.configuration().files().resources().serviceLimits()).isEqualTo(BuiltIn.CATEGORIES);
    }

    @Test
    void everyMetricThatAnyFileNamesIsExported() throws IOException {
        Set<String> exported = Stream.of(Metric.values()).map(Metric::id).collect(Collectors.toSet());
        Set<String> named = new TreeSet<>();
        for (String file : List.of("monitoring.yml", "monitoring-dashboard.yml")) {
            collect(new YAMLMapper().readTree(Files.readString(DIRECTORY.resolve(file))), named);
        }

        assertThat(named).hasSizeGreaterThanOrEqualTo(20);
        assertThat(exported).containsAll(named);
    }

    @Test
    void everyMetricIsListedWithTheLabelsItHas() {
        Map<String, Metric> exported =
                Stream.of(Metric.values()).collect(Collectors.toMap(Metric::id, metric -> metric));

        assertThat(result.configuration().files().monitoring().metrics().values())
                .flatExtracting(MonitoringFile.MetricGroup::metrics)
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry.labels())
                        .as(entry.name())
                        .isEqualTo(exported.get(entry.name()).labels()));
    }

    @Test
    void theExampleEnvironmentNamesEveryVariableThatIsReadAndNoOther() throws IOException {
        Set<String> read = new TreeSet<>(GatewayVariable.names());
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Pattern.compile("\\$\\{([A-Z_]+)")
                        .matcher(Files.readString(file))
                        .results()
                        .forEach(match -> read.add(match.group(1)));
            }
        }
        read.remove(Environment.PROJECT_DIRECTORY);

        assertThat(Files.readString(DIRECTORY.resolveSibling(".env.example"))
                        .lines()
                        .filter(line -> line.matches("(# )?[A-Z_]+=.*"))
                        .map(line -> line.replaceFirst("^# ", "").replaceFirst("=.*", "")))
                .containsExactlyInAnyOrderElementsOf(read);
    }

    private static void collect(JsonNode node, Set<String> named) {
        for (String key : List.of("query", "condition")) {
            if (node.path(key).isTextual()) {
                Pattern.compile("(?<![\\w\"{,])[a-z]+(_[a-z]+)*(?![\\w(=\"])")
                        .matcher(node.path(key)
                                .asText()
                                .replaceAll("\\{[^}]*}", "")
                                .replaceAll("\\[\\w+]", ""))
                        .results()
                        .map(match -> match.group())
                        .forEach(named::add);
            }
        }
        if (node.path("metrics").isArray()) {
            node.path("metrics").forEach(metric -> {
                if (metric.isTextual()) {
                    named.add(metric.asText());
                } else if (metric.has("type")) {
                    named.add(metric.path("name").asText());
                }
            });
        }
        node.forEach(child -> collect(child, named));
    }

    private static LoadResult load(Map<String, String> variables) {
        return ConfigurationLoader.load(DIRECTORY, Environment.of(Path.of(".."), variables));
    }
}

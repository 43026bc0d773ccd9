package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.DocumentedKey;
import io.forgemcp.gateway.config.read.EffectiveValue;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** What must hold for every key of every YAML file, made of the schema itself. */
class SchemaTest {
    @TempDir
    Path project;

    static Stream<String> files() {
        return ConfigurationFiles.SCHEMAS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyKeyHasItsDocumentedDefault(String file) {
        Reading reading = reading();
        reading.yaml(file, schema(file));

        Map<String, String> defaults = new TreeMap<>();
        for (DocumentedKey key : DocumentedKey.of(schema(file))) {
            boolean open = key.pattern().contains("<name>") || key.pattern().contains("[]");
            boolean inNullable =
                    reading.values().stream().noneMatch(value -> value.key().equals(key.pattern()));
            if (!open && !key.standard().isEmpty() && !inNullable) {
                defaults.put(key.pattern(), key.standard());
            }
        }
        assertThat(reading.findings()).isEmpty();
        assertThat(reading.values())
                .allSatisfy(value -> assertThat(value.origin()).isEqualTo("default"));
        assertThat(reading.values().stream().map(EffectiveValue::key)).containsAll(defaults.keySet());
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyKeyIsReadFromWhereItIsWritten(String file) throws IOException {
        SampleFile sample = SampleFile.of(schema(file));
        write(file, new Yaml().dump(sample.root()));
        Reading reading = reading();
        reading.yaml(file, schema(file));

        assertThat(reading.findings()).isEmpty();
        Map<String, EffectiveValue> values = reading.values().stream()
                .collect(Collectors.toMap(EffectiveValue::key, value -> value, (first, second) -> second));
        assertThat(sample.leaves()).isNotEmpty().allSatisfy(leaf -> {
            assertThat(values).containsKey(leaf);
            assertThat(values.get(leaf).origin()).contains(file + ":");
        });
    }

    @ParameterizedTest
    @MethodSource("files")
    void anUnknownKeyInAnySectionIsAnError(String file) throws IOException {
        SampleFile sample = SampleFile.of(schema(file));
        Set<String> sections = sample.addToEverySection("zzz_unknown", "x");
        write(file, new Yaml().dump(sample.root()));
        Reading reading = reading();
        reading.yaml(file, schema(file));

        assertThat(reading.findings()).allSatisfy(finding -> {
            assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
            assertThat(finding.message()).startsWith("unknown key \"zzz_unknown\"");
            assertThat(finding.line()).isPositive();
            assertThat(finding.column()).isPositive();
        });
        assertThat(reading.findings().stream().map(Finding::keyPath).collect(Collectors.toSet()))
                .isEqualTo(sections);
    }

    @ParameterizedTest
    @MethodSource("files")
    void aSectionInPlaceOfAnySingleValueIsAnError(String file) throws IOException {
        SampleFile sample = SampleFile.of(schema(file));
        List<String> spoilt = sample.replaceEveryLeaf(Map.of("deep", "value"));
        write(file, new Yaml().dump(sample.root()));
        Reading reading = reading();
        reading.yaml(file, schema(file));

        assertThat(reading.findings().stream().map(Finding::keyPath)).containsAll(spoilt);
    }

    private Reading reading() {
        return new Reading(project, Environment.of(project, Map.of()), (name, pattern) -> java.util.Optional.empty());
    }

    private static Class<? extends Record> schema(String file) {
        return ConfigurationFiles.SCHEMAS.get(file);
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(project.resolve(file).getParent());
        Files.writeString(project.resolve(file), text);
    }
}

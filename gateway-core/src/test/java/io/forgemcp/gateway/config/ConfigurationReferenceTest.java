package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.DocumentedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tables of {@code docs/configuration.md} are made of the schema. After a change of the schema, {@code
 * FORGE_WRITE_REFERENCE=true} makes this test write them anew.
 */
class ConfigurationReferenceTest {
    private static final Path PAGE = Path.of("../docs/configuration.md");

    static Stream<String> files() {
        return ConfigurationFiles.SCHEMAS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyKeyIsInTheReferenceAndNoOther(String file) throws IOException {
        check(file, table(file));
    }

    @Test
    void everyVariableIsInTheReferenceAndNoOther() throws IOException {
        StringBuilder table = new StringBuilder("| Variable | Default | Meaning |\n|---|---|---|\n");
        for (GatewayVariable variable : GatewayVariable.values()) {
            table.append("| `").append(variable.variable()).append("` | ").append(code(variable.standard()));
            table.append(" | ")
                    .append(variable.meaning())
                    .append(variable.isSecret() ? " (secret)" : "")
                    .append(" |\n");
        }
        check("environment", table.toString());
    }

    @Test
    void everyKeyWithoutEffectIsAKey() {
        for (Map<String, Set<String>> list : KeysWithoutEffect.all()) {
            list.forEach((file, listed) -> {
                List<String> known = DocumentedKey.of(ConfigurationFiles.SCHEMAS.get(file)).stream()
                        .map(DocumentedKey::pattern)
                        .toList();
                assertThat(known).as(file).containsAll(listed);
            });
        }
    }

    private static void check(String name, String expected) throws IOException {
        String begin = "<!-- keys of " + name + " -->\n";
        String end = "<!-- end of " + name + " -->";
        String page = Files.readString(PAGE);
        Matcher block = Pattern.compile(Pattern.quote(begin) + "(.*?)" + Pattern.quote(end), Pattern.DOTALL)
                .matcher(page);
        assertThat(block.find())
                .as("docs/configuration.md has a block for %s", name)
                .isTrue();
        if ("true".equals(System.getenv("FORGE_WRITE_REFERENCE"))) {
            Files.writeString(PAGE, page.substring(0, block.start(1)) + expected + page.substring(block.end(1)));
            return;
        }
        assertThat(block.group(1)).isEqualTo(expected);
    }

    private static String table(String file) {
        return DocumentedKey.of(ConfigurationFiles.SCHEMAS.get(file)).stream()
                .map(key -> "| `" + key.pattern() + "` | " + key.type() + " | "
                        + (key.required() ? "required" : code(key.standard())) + " | " + key.meaning() + " | "
                        + effect(file, key.pattern()) + " |\n")
                .collect(Collectors.joining(
                        "", "| Key | Value | Default | Meaning | Takes effect |\n|---|---|---|---|---|\n", ""));
    }

    private static String effect(String file, String pattern) {
        if (KeysWithoutEffect.covers(file, pattern)) {
            return "no";
        }
        return KeysWithoutEffect.onlyShows(file, pattern) ? "shown only" : "yes";
    }

    private static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }
}

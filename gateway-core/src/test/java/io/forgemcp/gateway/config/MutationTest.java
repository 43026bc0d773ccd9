package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.Environment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever stands in the files, loading ends with findings and never with an exception. */
class MutationTest {
    private static final Path SHIPPED = Path.of("../config");
    private static final int ROUNDS = 150;
    private static final String[] FRAGMENTS = {
        "\t",
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "&a ",
        "*a",
        "<<: *a",
        "!!java.lang.String x",
        "${",
        "${X:?y}",
        "$$",
        "|",
        ">",
        "\"",
        "'",
        "%",
        "---\n",
        "\u0000",
        "\u00e9",
        "\ud83d\ude00",
        "999999999999999999999",
        "-1",
        "~",
        "? ",
        "#",
        "\r",
        "\\x"
    };

    @TempDir
    Path project;

    @Test
    void randomDamageNeverEscapesAsAnException() throws IOException {
        long seed = Long.parseLong(System.getenv().getOrDefault("FORGE_TEST_SEED", Long.toString(System.nanoTime())));
        System.out.println("MutationTest: rerun with FORGE_TEST_SEED=" + seed);
        Random random = new Random(seed);
        List<Path> files = files();
        Path target = project.resolve("config");
        for (int round = 0; round < ROUNDS; round++) {
            for (Path file : files) {
                Path copy = target.resolve(SHIPPED.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.write(copy, damaged(Files.readAllBytes(file), random));
            }
            LoadResult result = ConfigurationLoader.load(target, Environment.of(project, Map.of()));

            assertThat(result.findings()).as("round %d of seed %d", round, seed).allSatisfy(finding -> {
                assertThat(finding.message()).isNotBlank();
                assertThat(finding.line()).isNotNegative();
            });
        }
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> walk = Files.walk(SHIPPED)) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static byte[] damaged(byte[] original, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> bytes(original, random);
            case 1 -> lines(original, random);
            case 2 -> fragments(original, random);
            default -> original;
        };
    }

    private static byte[] bytes(byte[] original, Random random) {
        byte[] damaged = original.clone();
        for (int i = 0; i <= random.nextInt(8); i++) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return damaged;
    }

    private static byte[] lines(byte[] original, Random random) {
        List<String> lines = new ArrayList<>(
                new String(original, StandardCharsets.UTF_8).lines().toList());
        for (int i = 0; i < 5 && !lines.isEmpty(); i++) {
            int line = random.nextInt(lines.size());
            switch (random.nextInt(4)) {
                case 0 -> lines.remove(line);
                case 1 -> lines.add(line, lines.get(random.nextInt(lines.size())));
                case 2 ->
                    lines.set(
                            line,
                            " ".repeat(random.nextInt(6)) + lines.get(line).strip());
                default ->
                    lines.set(
                            line,
                            lines.get(line)
                                    .substring(0, random.nextInt(lines.get(line).length() + 1)));
            }
        }
        return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] fragments(byte[] original, Random random) {
        StringBuilder text = new StringBuilder(new String(original, StandardCharsets.UTF_8));
        for (int i = 0; i <= random.nextInt(6); i++) {
            text.insert(random.nextInt(text.length() + 1), FRAGMENTS[random.nextInt(FRAGMENTS.length)]);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}

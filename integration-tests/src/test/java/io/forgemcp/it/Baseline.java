package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The checks that are known to be lost on the way through the gateway, one a line after the name of the run. It may only
 * shrink: a check that is listed and passes fails the test just as one that is not listed and is lost. With {@code
 * FORGE_SHRINK_BASELINE=true} the lines of what passes are removed instead.
 */
final class Baseline {
    private static final boolean SHRINK = Boolean.parseBoolean(System.getenv("FORGE_SHRINK_BASELINE"));

    private final Path file;

    private Baseline(Path file) {
        this.file = file;
    }

    static Baseline conformance() {
        return new Baseline(Checkout.module().resolve("src/test/resources/conformance-baseline.txt"));
    }

    void assertMatches(String run, Map<String, String> lost) {
        List<String> known = known(run);
        String unexpected = lost.entrySet().stream()
                .filter(entry -> !known.contains(entry.getKey()))
                .map(entry -> "  " + entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.joining("\n"));
        List<String> found =
                known.stream().filter(key -> !lost.containsKey(key)).toList();
        if (SHRINK) {
            remove(run, found);
            found = List.of();
        }
        assertThat(unexpected)
                .as("checks of %s that pass without the gateway and not through it", run)
                .isEmpty();
        assertThat(found)
                .as("checks of %s that pass: remove them from %s", run, file.getFileName())
                .isEmpty();
    }

    private void remove(String run, List<String> keys) {
        try {
            List<String> lines = Files.readAllLines(file).stream()
                    .filter(line -> keys.stream().noneMatch(key -> line.equals(run + " " + key)))
                    .toList();
            Files.write(file, lines);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private List<String> known(String run) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(run + " "))
                    .map(line -> line.substring(run.length() + 1))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

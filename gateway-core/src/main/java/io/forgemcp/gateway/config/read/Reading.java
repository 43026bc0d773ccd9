package io.forgemcp.gateway.config.read;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.yaml.snakeyaml.nodes.Node;

/**
 * One pass over a configuration directory: reads its files and gathers what is found, where every value stands, and
 * which variables are missing. Not thread-safe.
 */
public final class Reading {
    private final Path directory;
    private final Substitution substitution;
    private final BiFunction<String, String, Optional<String>> remarks;
    private final List<Finding> findings = new ArrayList<>();
    private final List<EffectiveValue> values = new ArrayList<>();
    private final List<Unset> unset = new ArrayList<>();
    private final Map<String, Position> positions = new HashMap<>();
    private final Set<String> remarked = new HashSet<>();

    /**
     * A variable without a value that some key needs.
     *
     * @param file name of the file
     * @param keyPath the key that needs it
     * @param name of the variable
     * @param message why, for example {@code TAVILY_API_KEY is not set}
     */
    public record Unset(String file, String keyPath, Position position, String name, String message) {}

    /**
     * A line of a registration file.
     *
     * @param number from 1
     */
    public record Line(int number, String text) {}

    /**
     * A pass over one directory.
     *
     * @param directory as the user gave it: findings name files below it
     * @param remarks what to say about a key, given by file and pattern, the first time it is found: that it changes
     *     nothing in this version, for example
     */
    public Reading(Path directory, Environment environment, BiFunction<String, String, Optional<String>> remarks) {
        this.directory = directory;
        this.substitution = new Substitution(environment);
        this.remarks = remarks;
        findings.addAll(environment.findings());
    }

    /** Reads a YAML file; one that does not exist or cannot be understood gives the defaults. */
    public <T extends Record> T yaml(String name, Class<T> type) {
        Path path = directory.resolve(name);
        Optional<Node> root =
                Files.isRegularFile(path) ? YamlFile.compose(path.toString(), path, findings::add) : Optional.empty();
        return new RecordReader(name, path.toString(), this).read(type, root.orElse(null));
    }

    /** As {@link #yaml}, from a text that stands for the file. */
    public <T extends Record> T text(String name, Class<T> type, String text) {
        String shown = directory.resolve(name).toString();
        Optional<Node> root = YamlFile.compose(shown, text, findings::add);
        return new RecordReader(name, shown, this).read(type, root.orElse(null));
    }

    /** The lines of a text file that are neither blank nor a comment; none if it does not exist. */
    public List<Line> lines(String name) {
        Path path = directory.resolve(name);
        List<Line> lines = new ArrayList<>();
        if (!Files.isRegularFile(path)) {
            return lines;
        }
        try {
            if (Files.size(path) > YamlFile.MAX_BYTES) {
                report(Finding.Severity.ERROR, Position.file(path.toString()), "", "The file is larger than 1 MB.");
                return lines;
            }
            String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
            int number = 0;
            for (String line : text.split("\\R", -1)) {
                number++;
                if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
                    lines.add(new Line(number, line.strip()));
                }
            }
        } catch (IOException e) {
            report(
                    Finding.Severity.ERROR,
                    Position.file(path.toString()),
                    "",
                    "The file cannot be read: " + e.getMessage() + ". Check its permissions.");
        }
        return lines;
    }

    /** Adds a finding. */
    public void report(Finding.Severity severity, Position position, String keyPath, String message) {
        findings.add(new Finding(severity, position.file(), position.line(), position.column(), keyPath, message));
    }

    /** A line of a file of the directory. */
    public Position at(String file, int line) {
        return new Position(directory.resolve(file).toString(), line, line > 0 ? 1 : 0);
    }

    /** Where a key was written; empty if it was not, so that its default is in use. */
    public Optional<Position> position(String file, String keyPath) {
        return Optional.ofNullable(positions.get(file + "#" + keyPath));
    }

    /** What was found so far, by place. */
    public List<Finding> findings() {
        return findings.stream().distinct().sorted().toList();
    }

    /** Every value read so far, defaults included. */
    public List<EffectiveValue> values() {
        return List.copyOf(values);
    }

    /** The variables that were missing so far. */
    public List<Unset> unset() {
        return List.copyOf(unset);
    }

    Substitution.Result substitute(String text) {
        return substitution.apply(text);
    }

    void wrote(String file, Place place, Position position) {
        positions.putIfAbsent(file + "#" + place.path(), position);
        remarks.apply(file, place.pattern())
                .filter(remark -> remarked.add(file + "#" + place.pattern()))
                .ifPresent(remark -> report(Finding.Severity.INFO, position, place.path(), remark));
    }

    void value(String file, String path, String value, String origin) {
        values.add(new EffectiveValue(file, path, value, origin));
    }

    void missing(Unset variable) {
        unset.add(variable);
    }
}

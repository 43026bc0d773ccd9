package io.forgemcp.gateway.config.read;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.representer.Representer;

/** Parses one YAML file into nodes that know their line and column, within limits of size, depth and aliases. */
final class YamlFile {
    static final int MAX_BYTES = 1024 * 1024;
    private static final int MAX_DEPTH = 40;
    private static final int MAX_ALIASES = 50;

    private YamlFile() {}

    /** The root of the only document; empty, with findings, if the text is not YAML; empty without if it is blank. */
    static Optional<Node> compose(String name, Path path, Consumer<Finding> findings) {
        byte[] bytes;
        try {
            if (Files.size(path) > MAX_BYTES) {
                findings.accept(error(name, null, "The file is larger than 1 MB. Split it or check what it is."));
                return Optional.empty();
            }
            bytes = Files.readAllBytes(path);
        } catch (IOException e) {
            findings.accept(
                    error(name, null, "The file cannot be read: " + e.getMessage() + ". Check its permissions."));
            return Optional.empty();
        }
        try {
            return compose(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString(),
                    findings);
        } catch (CharacterCodingException e) {
            String readable = new String(bytes, StandardCharsets.UTF_8);
            int at = Math.max(0, readable.indexOf('\uFFFD'));
            int line = (int) readable.substring(0, at)
                            .chars()
                            .filter(c -> c == '\n')
                            .count()
                    + 1;
            findings.accept(new Finding(
                    Finding.Severity.ERROR, name, line, 1, "", "The file is not UTF-8. Save it with that encoding."));
            return Optional.empty();
        }
    }

    static Optional<Node> compose(String name, String text, Consumer<Finding> findings) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setCodePointLimit(MAX_BYTES);
        Yaml yaml = new Yaml(
                new SafeConstructor(options),
                new Representer(new org.yaml.snakeyaml.DumperOptions()),
                new org.yaml.snakeyaml.DumperOptions(),
                options);
        try {
            return Optional.ofNullable(yaml.compose(new StringReader(text)));
        } catch (MarkedYAMLException e) {
            if (!reportTabs(name, text, findings)) {
                String context = e.getContext() == null ? "" : ", " + e.getContext();
                findings.accept(error(name, e.getProblemMark(), "This is not YAML: " + e.getProblem() + context + "."));
            }
        } catch (RuntimeException e) {
            // The parser lets a few unmarked exceptions out: its limits, and characters that YAML does not allow.
            if (!reportTabs(name, text, findings)) {
                String problem =
                        String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable");
                findings.accept(error(name, null, "This is not YAML: " + problem + "."));
            }
        }
        return Optional.empty();
    }

    /** Tabs in the indentation are what is wrong most often, and the parser names only the first. */
    private static boolean reportTabs(String name, String text, Consumer<Finding> findings) {
        int number = 0;
        boolean found = false;
        for (String line : text.split("\\R", -1)) {
            number++;
            int column = 0;
            while (column < line.length() && line.charAt(column) == ' ') {
                column++;
            }
            if (column < line.length() && line.charAt(column) == '\t' && !line.isBlank()) {
                found = true;
                findings.accept(new Finding(
                        Finding.Severity.ERROR,
                        name,
                        number,
                        column + 1,
                        "",
                        "A tab is used for indentation, which YAML does not allow. Write spaces."));
            }
        }
        return found;
    }

    private static Finding error(String name, @Nullable Mark mark, String message) {
        int line = mark == null ? 0 : mark.getLine() + 1;
        int column = mark == null ? 0 : mark.getColumn() + 1;
        return new Finding(Finding.Severity.ERROR, name, line, column, "", message);
    }
}

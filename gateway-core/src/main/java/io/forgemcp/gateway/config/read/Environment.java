package io.forgemcp.gateway.config.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The variables that the configuration may refer to, each with where it came from. Later sources win: {@code
 * .env.shared}, {@code .env.<FORGE_ENV>}, {@code .env.local}, the environment of the process. Immutable; never shows
 * values in {@link #toString()}.
 */
public final class Environment {
    /** Where the variables of the process come from, as an origin. */
    public static final String PROCESS = "process environment";

    /** Where the variables come from that the gateway supplies itself, as an origin. */
    public static final String GATEWAY = "gateway";

    /** Holds {@link #projectDirectory()}, for values that need an absolute path; supplied by the gateway. */
    public static final String PROJECT_DIRECTORY = "FORGE_PROJECT_DIRECTORY";

    /** The largest request body in bytes; 10 MB unless it is set. */
    public static final String MAX_REQUEST_SIZE = "FORGE_MAX_REQUEST_SIZE";

    /** Chooses the second file: {@code development} (the default) or {@code production}. */
    public static final String FORGE_ENV = "FORGE_ENV";

    private final Path projectDirectory;
    private final String stage;
    private final Map<String, Variable> variables;
    private final List<Finding> findings;

    private Environment(Path projectDirectory, String stage, Map<String, Variable> variables, List<Finding> findings) {
        this.projectDirectory = projectDirectory;
        this.stage = stage;
        this.variables = Map.copyOf(variables);
        this.findings = List.copyOf(findings);
    }

    private record Variable(String value, String origin) {}

    /** Only these variables, without any file; for tests and for embedding. */
    public static Environment of(Path projectDirectory, Map<String, String> variables) {
        Map<String, Variable> all = supplied(projectDirectory);
        variables.forEach((name, value) -> all.put(name, new Variable(value, PROCESS)));
        return new Environment(
                projectDirectory.toAbsolutePath().normalize(),
                variables.getOrDefault(FORGE_ENV, "development"),
                all,
                List.of());
    }

    /**
     * Reads the environment files of a project directory; files that do not exist are left out.
     *
     * @param process usually {@link System#getenv()}
     */
    public static Environment read(Path projectDirectory, Map<String, String> process) {
        List<Finding> findings = new ArrayList<>();
        Map<String, Variable> all = supplied(projectDirectory);
        Map<String, Variable> shared = readFile(projectDirectory.resolve(".env.shared"), findings);
        Map<String, Variable> local = readFile(projectDirectory.resolve(".env.local"), findings);
        String stage = process.getOrDefault(FORGE_ENV, "");
        if (stage.isBlank()) {
            Variable chosen = local.getOrDefault(FORGE_ENV, shared.get(FORGE_ENV));
            stage = chosen == null || chosen.value().isBlank() ? "development" : chosen.value();
        }
        all.putAll(shared);
        if (stage.matches("[A-Za-z0-9_-]{1,32}")) {
            all.putAll(readFile(projectDirectory.resolve(".env." + stage), findings));
        } else {
            findings.add(new Finding(
                    Finding.Severity.ERROR,
                    FORGE_ENV,
                    0,
                    0,
                    "",
                    "\"" + stage + "\" is not the name of an environment. Write development or production."));
            stage = "development";
        }
        all.putAll(local);
        process.forEach((name, value) -> all.put(name, new Variable(value, PROCESS)));
        return new Environment(projectDirectory.toAbsolutePath().normalize(), stage, all, findings);
    }

    private static Map<String, Variable> supplied(Path projectDirectory) {
        Map<String, Variable> variables = new LinkedHashMap<>();
        String directory = projectDirectory.toAbsolutePath().normalize().toString();
        variables.put(PROJECT_DIRECTORY, new Variable(directory, GATEWAY));
        variables.put(MAX_REQUEST_SIZE, new Variable("10485760", GATEWAY));
        return variables;
    }

    private static Map<String, Variable> readFile(Path file, List<Finding> findings) {
        if (!Files.isRegularFile(file)) {
            return Map.of();
        }
        Map<String, Variable> read = new LinkedHashMap<>();
        try {
            EnvironmentFile.parse(
                    file.toString(),
                    new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8),
                    (name, value, line) -> read.put(name, new Variable(value, file.getFileName() + ":" + line)),
                    findings::add);
        } catch (IOException e) {
            findings.add(new Finding(
                    Finding.Severity.ERROR,
                    file.toString(),
                    0,
                    0,
                    "",
                    "The file cannot be read: " + e.getMessage() + ". Check its permissions."));
        }
        return read;
    }

    /** The value of a variable. */
    public Optional<String> find(String name) {
        return Optional.ofNullable(variables.get(name)).map(Variable::value);
    }

    /** Where a variable came from: {@code .env.local:3} or {@link #PROCESS}. */
    public Optional<String> origin(String name) {
        return Optional.ofNullable(variables.get(name)).map(Variable::origin);
    }

    /** {@code development} or {@code production}, or another name that the operator chose. */
    public String stage() {
        return stage;
    }

    /** What relative paths are relative to, and where the environment files are. Absolute. */
    public Path projectDirectory() {
        return projectDirectory;
    }

    /** What is wrong with the environment files. */
    public List<Finding> findings() {
        return findings;
    }

    /** The variables that come from files, and those of the process that have one of these names; secrets masked. */
    public List<EffectiveValue> values(java.util.Set<String> names) {
        List<EffectiveValue> rows = new ArrayList<>();
        new TreeMap<>(variables).forEach((name, variable) -> {
            if (!variable.origin().equals(PROCESS) || names.contains(name)) {
                rows.add(new EffectiveValue(
                        "environment", name, Secrets.mask(name, variable.value()), variable.origin()));
            }
        });
        return rows;
    }

    /** Without values, which may be secret. */
    @Override
    public String toString() {
        return "Environment[" + stage + ", " + variables.size() + " variables]";
    }
}

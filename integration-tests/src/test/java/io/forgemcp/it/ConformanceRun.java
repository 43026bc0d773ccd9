package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What one run of the conformance suite ({@code @modelcontextprotocol/conformance}) reports.
 *
 * @param status the suite's exit code, 0 if every required scenario passed
 * @param checks all checks in the order of the suite, those that count for nothing included
 */
record ConformanceRun(int status, List<Check> checks) {
    /**
     * @param outcome SUCCESS, FAILURE, or one of those that count for nothing: INFO, WARNING, SKIPPED
     * @param message why it failed; empty if it did not
     */
    record Check(String scenario, String id, String name, String outcome, String message) {
        /** Names what is checked; the suite uses some ids and names more than once. */
        String key() {
            return scenario + " " + id + " " + name;
        }
    }

    /** Runs the server scenarios of a revision against a URL. Results stay in the directory, to be looked at. */
    static ConformanceRun server(URI url, Revision revision, Path results) {
        List<String> command = suite("server", "--url", url.toString());
        command.addAll(revision.arguments());
        return run(command, results);
    }

    /** The command that starts the suite, to be completed. */
    static List<String> suite(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Checkout.modernNode(),
                Checkout.npm("@modelcontextprotocol/conformance/dist/index.js").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    static ConformanceRun run(List<String> suite, Path results) {
        clear(results);
        List<String> command = new ArrayList<>(suite);
        command.addAll(List.of("-o", results.toString()));
        Child run = Child.run(command, "", Map.of(), 180);
        try {
            Files.createDirectories(results);
            Files.writeString(results.resolve("output.txt"), run.out() + run.err());
            return new ConformanceRun(run.status(), read(results));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void clear(Path results) {
        try (Stream<Path> old = Files.exists(results) ? Files.walk(results) : Stream.empty()) {
            for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<Check> read(Path results) throws IOException {
        List<Check> checks = new ArrayList<>();
        try (Stream<Path> files = Files.walk(results)) {
            for (Path file :
                    files.filter(path -> path.endsWith("checks.json")).sorted().toList()) {
                String scenario = scenario(results.relativize(file.getParent()).toString());
                for (JsonNode check : Json.tree(Files.readString(file, UTF_8))) {
                    checks.add(new Check(
                            scenario,
                            check.path("id").asText(),
                            check.path("name").asText(),
                            check.path("status").asText(),
                            check.path("errorMessage").asText("")));
                }
            }
        }
        return checks;
    }

    /** The name of a directory is its scenario with the side before it and the time after it. */
    private static String scenario(String directory) {
        return directory.replaceFirst("^server-", "").replaceFirst("-\\d{4}-\\d\\d-\\d\\dT[-\\dZ]+$", "");
    }

    long passed() {
        return count("SUCCESS");
    }

    long failed() {
        return count("FAILURE");
    }

    /** How many different checks passed. */
    int kindsPassed() {
        return (int) checks.stream()
                .filter(check -> check.outcome().equals("SUCCESS"))
                .map(Check::key)
                .distinct()
                .count();
    }

    long warnings() {
        return count("WARNING");
    }

    private long count(String outcome) {
        return checks.stream().filter(check -> check.outcome().equals(outcome)).count();
    }

    /** What passed there and does not pass here, by key, with the reason that this run gives. */
    SortedMap<String, String> lostAgainst(ConformanceRun other) {
        Map<String, Integer> missing = new TreeMap<>();
        other.checks.stream()
                .filter(check -> check.outcome().equals("SUCCESS"))
                .forEach(check -> missing.merge(check.key(), 1, Integer::sum));
        checks.stream()
                .filter(check -> check.outcome().equals("SUCCESS"))
                .forEach(check -> missing.computeIfPresent(check.key(), (key, count) -> count == 1 ? null : count - 1));
        SortedMap<String, String> lost = new TreeMap<>();
        missing.keySet().forEach(key -> lost.put(key, reason(key)));
        return lost;
    }

    private String reason(String key) {
        return checks.stream()
                .filter(check -> check.key().equals(key) && !check.outcome().equals("SUCCESS"))
                .map(check -> check.outcome() + " " + check.message())
                .findFirst()
                .orElse("not reported: " + firstFailure(key.substring(0, key.indexOf(' '))));
    }

    /** A scenario that breaks off reports its last step only. */
    private String firstFailure(String scenario) {
        return checks.stream()
                .filter(check ->
                        check.scenario().equals(scenario) && check.outcome().equals("FAILURE"))
                .map(Check::message)
                .findFirst()
                .orElse("nothing else failed in this scenario");
    }
}

package io.forgemcp.gateway.compliance;

import io.forgemcp.gateway.config.Configuration;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks for secrets that are written into the files of the configuration directory. Never repeats what it finds. */
final class SecretScan {
    private static final Pattern ASSIGNED = Pattern.compile(
            "^\\s*(?:-\\s*)?[\"']?([A-Za-z0-9_-]*(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY)[A-Za-z0-9_-]*)[\"']?"
                    + "\\s*[:=]\\s*(.+)$",
            Pattern.CASE_INSENSITIVE);
    /** Known forms of tokens, wherever they stand. */
    private static final Pattern TOKEN = Pattern.compile(
            "\\b(?:ghp_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|sk-[A-Za-z0-9_-]{30,}|xox[bp]-[A-Za-z0-9-]{20,}"
                    + "|AKIA[0-9A-Z]{16}|eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.)");

    private static final Pattern URL_PASSWORD = Pattern.compile("[a-z][a-z0-9+]*://[^/\\s:@]+:(?!\\$\\{)[^@\\s/]+@");
    private static final Pattern HARMLESS =
            Pattern.compile("true|false|null|~|[0-9.]+[a-z]*|[\\[{].*|", Pattern.CASE_INSENSITIVE);

    /** Keys that say where a secret is found, not what it is. */
    private static final Pattern POINTER =
            Pattern.compile(".*_(?:ENV|HEADER|FILE|PATH|NAME)", Pattern.CASE_INSENSITIVE);

    private static final int DEPTH = 3;
    private static final long LARGEST = 1024L * 1024;

    private SecretScan() {}

    static Verdict judge(Facts facts) {
        Configuration configuration = facts.configuration();
        if (configuration == null || !Files.isDirectory(configuration.directory())) {
            return Verdict.notApplicable("There is no configuration directory");
        }
        Path directory = configuration.directory();
        List<Path> files;
        try (Stream<Path> found = Files.walk(directory, DEPTH)) {
            files = found.filter(SecretScan::worthReading).sorted().toList();
        } catch (IOException unreadable) {
            return Verdict.manual("The configuration directory cannot be read: " + unreadable.getMessage());
        }
        return Verdict.ofEach(
                files,
                "files",
                file -> {
                    List<String> places = scan(file);
                    return places.isEmpty() ? null : directory.relativize(file) + ":" + String.join(", ", places);
                },
                "Write ${NAME} instead, set it in the environment, and replace the secret that was in the file.");
    }

    private static boolean worthReading(Path file) {
        try {
            return Files.isRegularFile(file) && Files.size(file) <= LARGEST;
        } catch (IOException gone) {
            return false;
        }
    }

    private static List<String> scan(Path file) {
        List<String> places = new ArrayList<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (MalformedInputException noText) {
            return places;
        } catch (IOException unreadable) {
            return List.of(" cannot be read");
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.strip().startsWith("#") && secret(line)) {
                places.add(String.valueOf(i + 1));
            }
        }
        return places;
    }

    private static boolean secret(String line) {
        if (TOKEN.matcher(line).find() || URL_PASSWORD.matcher(line).find()) {
            return true;
        }
        Matcher assigned = ASSIGNED.matcher(line);
        if (!assigned.matches() || POINTER.matcher(assigned.group(1)).matches()) {
            return false;
        }
        String value = assigned.group(2)
                .replaceAll("\\s+#.*$", "")
                .replaceAll("[\"']", "")
                .strip();
        return !value.contains("${")
                && value.length() >= 8
                && !value.contains(" ")
                && !HARMLESS.matcher(value).matches();
    }
}

package io.forgemcp.server.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What only the text of the sources shows. */
class SourcesTest {
    private static final int LONGEST_FILE = 500;

    @Test
    void noProductFileIsTooLongToRead() throws IOException {
        assertThat(sources("src/main").filter(file -> lines(file).size() > LONGEST_FILE))
                .as("files of more than %d lines are two classes", LONGEST_FILE)
                .isEmpty();
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        // Put together here, so that this file does not find itself.
        Pattern later = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
        assertThat(sources("src").filter(file -> later.matcher(text(file)).find()))
                .isEmpty();
    }

    @Test
    void noTestSleeps() throws IOException {
        String sleep = "Thread." + "sleep(";
        assertThat(sources("src/test").filter(file -> text(file).contains(sleep)))
                .isEmpty();
    }

    private static Stream<Path> sources(String under) throws IOException {
        Path root = Repository.root();
        try (Stream<Path> modules = Files.find(root, 3, (path, attributes) -> path.endsWith("pom.xml"))) {
            List<Path> files = modules.map(pom -> pom.resolveSibling(under))
                    .filter(Files::isDirectory)
                    .flatMap(SourcesTest::javaFiles)
                    .toList();
            assertThat(files).as("Java files below %s", root).hasSizeGreaterThan(3);
            return files.stream();
        }
    }

    private static Stream<Path> javaFiles(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        return text(file).lines().toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

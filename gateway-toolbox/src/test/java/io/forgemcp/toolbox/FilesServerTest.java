package io.forgemcp.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilesServerTest {
    @TempDir
    Path directory;

    private Path root;
    private ToolClient files;

    @BeforeEach
    void openServer() {
        root = directory.resolve("root");
        files = new ToolClient(FilesServer.create(root));
    }

    @Test
    void whatIsWrittenCanBeListedReadAndInspected() {
        assertThat(files.text("write", "path", "notes/a.txt", "content", "one\ntwo\nthree\n"))
                .isEqualTo("Created notes/a.txt (14 bytes).");

        assertThat(files.text("list")).isEqualTo("notes/");
        assertThat(files.text("list", "recursive", true)).isEqualTo("notes/\nnotes/a.txt  14 bytes");
        assertThat(files.text("read", "path", "/notes/a.txt")).isEqualTo("one\ntwo\nthree\n");
        assertThat(files.text("read", "path", "notes/a.txt", "firstLine", 2, "lines", 1))
                .isEqualTo("two");
        assertThat(files.json("info", "path", "notes/a.txt").path("size").asInt())
                .isEqualTo(14);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out.txt", "a/../../out.txt", "/../out.txt", "..", "a/b/../../../out.txt"})
    void noPathLeadsOut(String path) throws IOException {
        Files.writeString(directory.resolve("out.txt"), "secret");

        assertThat(files.failure("read", "path", path)).contains("leads out");
        assertThat(files.failure("write", "path", path, "content", "x")).contains("leads out");
        assertThat(files.failure("delete", "path", path, "recursive", true)).contains("leads out");
        assertThat(directory.resolve("out.txt")).hasContent("secret");
    }

    @Test
    void symbolicLinksAreNeitherFollowedNorWrittenThrough() throws IOException {
        Files.createDirectories(root);
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(root.resolve("way"), outside);
        Files.createSymbolicLink(root.resolve("file"), outside.resolve("secret.txt"));

        assertThat(files.failure("read", "path", "way/secret.txt")).contains("symbolic link \"way\"");
        assertThat(files.failure("read", "path", "file")).contains("symbolic link");
        assertThat(files.failure("write", "path", "way/new.txt", "content", "x"))
                .contains("symbolic link");
        assertThat(files.failure("write", "path", "file", "content", "x")).contains("symbolic link");
        assertThat(files.text("list", "recursive", true)).doesNotContain("secret");
        assertThat(files.text("search", "text", "secret")).isEqualTo("Nothing was found.");
        assertThat(outside).isDirectoryContaining("glob:**secret.txt");
        assertThat(outside.resolve("secret.txt")).hasContent("secret");
    }

    @Test
    void deletingADirectoryLeavesWhatItsLinksPointTo() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("kept.txt"), "kept");
        Files.createDirectories(root.resolve("doomed"));
        Files.createSymbolicLink(root.resolve("doomed/way"), outside);

        assertThat(files.text("delete", "path", "doomed", "recursive", true))
                .isEqualTo("Deleted doomed with 1 entries.");

        assertThat(root.resolve("doomed")).doesNotExist();
        assertThat(outside.resolve("kept.txt")).hasContent("kept");
    }

    @Test
    void whatIsNotTextComesAsBase64() throws IOException {
        byte[] bytes = {0, 1, (byte) 0xff};
        files.text(
                "write", "path", "b.bin", "content", Base64.getEncoder().encodeToString(bytes), "encoding", "base64");

        JsonNode read = files.json("read", "path", "b.bin");

        assertThat(Files.readAllBytes(root.resolve("b.bin"))).isEqualTo(bytes);
        assertThat(Base64.getDecoder().decode(read.path("content").asText())).isEqualTo(bytes);
        assertThat(files.failure("write", "path", "c", "content", "%%%=", "encoding", "base64"))
                .contains("not base64");
    }

    @Test
    void editsAreMadeAllOrNone() {
        files.text("write", "path", "a.txt", "content", "one two two");

        assertThat(files.failure("edit", "path", "a.txt", "edits", List.of(edit("one", "1"), edit("two", "2"))))
                .contains("edits[1] stands 2 times");
        assertThat(files.failure("edit", "path", "a.txt", "edits", List.of(edit("four", "4"))))
                .contains("nowhere");
        assertThat(files.text("read", "path", "a.txt")).isEqualTo("one two two");
        assertThat(files.text("edit", "path", "a.txt", "edits", List.of(edit("one", "1")), "dryRun", true))
                .startsWith("Would change");
        files.text(
                "edit",
                "path",
                "a.txt",
                "edits",
                List.of(edit("one", "1"), Map.of("old", "two", "new", "2", "all", true)));
        assertThat(files.text("read", "path", "a.txt")).isEqualTo("1 2 2");
    }

    private static Map<String, Object> edit(String old, String fresh) {
        return Map.of("old", old, "new", fresh);
    }

    @Test
    void writingKeepsTheRightsOfAFileAndLeavesNoParts() throws IOException {
        files.text("write", "path", "run.sh", "content", "a");
        Files.setPosixFilePermissions(root.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-x---"));

        files.text("write", "path", "run.sh", "content", "b");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("run.sh"))))
                .isEqualTo("rwxr-x---");
        assertThat(root.toFile().list()).containsExactly("run.sh");
    }

    @Test
    void overwritingCanBeForbidden() {
        files.text("write", "path", "a.txt", "content", "old");

        assertThat(files.failure("write", "path", "a.txt", "content", "new", "overwrite", false))
                .contains("exists already");
        assertThat(files.text("read", "path", "a.txt")).isEqualTo("old");
    }

    @Test
    void searchFindsByNameAndByLine() {
        files.text("write", "path", "a.md", "content", "Hello\nthe Word is here\n");
        files.text("write", "path", "sub/b.md", "content", "word");
        files.text("write", "path", "sub/c.txt", "content", "word");

        assertThat(files.text("search", "glob", "**/*.md").lines()).containsExactlyInAnyOrder("a.md", "sub/b.md");
        assertThat(files.text("search", "text", "word", "glob", "**.md").lines())
                .containsExactlyInAnyOrder("a.md:2: the Word is here", "sub/b.md:1: word");
        assertThat(files.text("search", "text", "word", "limit", 1)).contains("the limit of 1 is reached");
        assertThat(files.failure("search", "glob", "[")).contains("is not a glob");
    }

    @Test
    void movingNeverOverwritesAndNeverGoesIntoItself() {
        files.text("write", "path", "a.txt", "content", "a");
        files.text("write", "path", "b.txt", "content", "b");

        assertThat(files.failure("move", "from", "a.txt", "to", "b.txt")).contains("exists already");
        assertThat(files.failure("move", "from", ".", "to", "x")).contains("into itself");
        assertThat(files.text("move", "from", "a.txt", "to", "deep/er/c.txt"))
                .isEqualTo("Moved a.txt to deep/er/c.txt.");
        assertThat(files.failure("move", "from", "deep", "to", "deep/er/x")).contains("into itself");
        assertThat(files.text("read", "path", "deep/er/c.txt")).isEqualTo("a");
    }

    @Test
    void deletingNeedsAWordMoreForDirectoriesAndNeverTakesTheRoot() {
        files.text("write", "path", "d/a.txt", "content", "a");

        assertThat(files.failure("delete", "path", "d")).contains("1 entries in it");
        assertThat(files.failure("delete", "path", ".", "recursive", true)).contains("root itself");
        assertThat(files.failure("delete", "path", "nothing")).contains("does not exist");
        assertThat(files.text("delete", "path", "d/a.txt")).isEqualTo("Deleted d/a.txt.");
    }

    @Test
    void tooMuchAtOnceIsRefused() throws IOException {
        Files.createDirectories(root);
        Files.write(root.resolve("big"), new byte[FilesServer.MOST_BYTES + 1]);

        assertThat(files.failure("read", "path", "big")).contains("5.0 MB");
        assertThat(files.failure("read", "path", ".")).contains("is a directory");
        assertThat(files.failure("read", "path", "no\u0000name")).contains("is not a path");
    }

    @Test
    void toolsSayWhatTheyDoToFiles() {
        JsonNode tools = files.ask("tools/list", Map.of()).at("/result/tools");

        assertThat(tools).hasSize(8);
        for (JsonNode tool : tools) {
            boolean looks = List.of("list", "read", "search", "info")
                    .contains(tool.path("name").asText());
            assertThat(tool.at("/annotations/readOnlyHint").asBoolean()).isEqualTo(looks);
            assertThat(tool.at("/annotations/destructiveHint").asBoolean()).isEqualTo(!looks);
        }
    }
}

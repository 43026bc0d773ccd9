package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.server.architecture.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the documents name exists. */
class DocumentationTest {
    private static final Pattern CODE = Pattern.compile("```\\w*\\n(.*?)```|`([^`\\n]+)`", Pattern.DOTALL);
    private static final Pattern COMMAND =
            Pattern.compile("(?:bin/forge-gateway|forge-gateway|\\.jar) +([a-z][a-z-]*)((?: +[a-z-]+)?)");
    private static final Pattern TARGET = Pattern.compile("(?:^|[\\s`$])make ([a-z][a-z-]*)");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(?:#[^)]*)?\\)");

    @Test
    void everyErrorCodeHasItsEntryWithItsStatus() throws IOException {
        String page = Files.readString(Repository.root().resolve("docs/troubleshooting.md"));
        List<String> entries = find(page, "(?m)^## (GW-\\d+ \\w+)\\n\\nHTTP (\\d+), JSON-RPC (-?\\d+)\\.")
                .map(entry -> entry.group(1) + " " + entry.group(2) + " " + entry.group(3))
                .toList();
        assertThat(entries)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ErrorCode.values())
                        .map(code -> code.code() + " " + code + " " + code.httpStatus() + " " + code.jsonRpcCode())
                        .toList());
    }

    @Test
    void everyMakeTargetThatADocumentNamesExists() throws IOException {
        List<String> targets = find(Files.readString(Repository.root().resolve("Makefile")), "(?m)^([a-z-]+):")
                .map(target -> target.group(1))
                .toList();
        for (Path document : documents()) {
            for (String code : code(document)) {
                assertThat(TARGET.matcher(code).results().map(target -> target.group(1)))
                        .as("make targets in %s", document)
                        .isSubsetOf(targets);
            }
        }
    }

    @Test
    void everyCommandThatADocumentNamesExists() throws IOException {
        CommandLine root = Main.everyCommand(new Terminal().shell());
        for (Path document : documents()) {
            for (String code : code(document)) {
                COMMAND.matcher(code).results().forEach(command -> {
                    CommandLine named = root.getSubcommands().get(command.group(1));
                    assertThat(named).as("%s in %s", command.group(), document).isNotNull();
                    boolean runsAlone = named.getCommand() instanceof java.util.concurrent.Callable<?>;
                    boolean alone = command.group(2).isBlank() && runsAlone;
                    if (!named.getSubcommands().isEmpty() && !alone) {
                        assertThat(named.getSubcommands().keySet())
                                .as("%s in %s", command.group(), document)
                                .contains(command.group(2).strip());
                    }
                });
            }
        }
    }

    @Test
    void everyFileThatADocumentLinksToExists() throws IOException {
        for (Path document : documents()) {
            assertThat(LINK.matcher(Files.readString(document))
                            .results()
                            .map(link -> document.resolveSibling(link.group(1)).normalize()))
                    .as("links in %s", document)
                    .allMatch(Files::exists);
        }
    }

    @Test
    void theEmbeddingExampleIsTheProgramOfTheExamples() throws IOException {
        String program = Files.readString(Repository.root()
                .resolve("examples/plain-java/src/main/java/io/forgemcp/examples/plain/PlainJava.java"));
        assertThat(Files.readString(Repository.root().resolve("README.md")))
                .contains("```java\n" + program.substring(program.indexOf("import ")) + "```");
    }

    private static List<String> code(Path document) throws IOException {
        return CODE.matcher(Files.readString(document))
                .results()
                .map(found -> found.group(1) != null ? found.group(1) : found.group(2))
                .toList();
    }

    private static List<Path> documents() throws IOException {
        Path root = Repository.root();
        List<Path> documents = new ArrayList<>(List.of(root.resolve("README.md"), root.resolve("CHANGELOG.md")));
        try (Stream<Path> pages = Files.list(root.resolve("docs"))) {
            pages.filter(page -> page.toString().endsWith(".md")).forEach(documents::add);
        }
        return documents;
    }

    private static Stream<MatchResult> find(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results();
    }
}

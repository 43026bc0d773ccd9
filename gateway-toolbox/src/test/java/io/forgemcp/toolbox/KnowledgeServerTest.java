package io.forgemcp.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnowledgeServerTest {
    @TempDir
    Path directory;

    private Path file;
    private ToolClient knowledge;

    @BeforeEach
    void openServer() {
        file = directory.resolve("data/knowledge.jsonl");
        knowledge = new ToolClient(KnowledgeServer.create(file));
    }

    private static Map<String, Object> entity(String name, String type, String... facts) {
        return Map.of("name", name, "type", type, "observations", List.of(facts));
    }

    private static Map<String, Object> relation(String from, String relation, String to) {
        return Map.of("from", from, "relation", relation, "to", to);
    }

    private void rememberAnn() {
        knowledge.text(
                "add_entities",
                "entities",
                List.of(entity("Ann", "person", "likes tea"), entity("Acme", "company", "sells anvils")));
        knowledge.text("add_relations", "relations", List.of(relation("Ann", "works at", "Acme")));
    }

    @Test
    void onlyTheOwnerMayReadWhatIsRemembered() throws IOException {
        rememberAnn();

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void whatIsRememberedIsFoundAgainAfterARestart() {
        rememberAnn();

        ToolClient restarted = new ToolClient(KnowledgeServer.create(file));

        JsonNode found = restarted.json("search", "query", "who likes TEA");
        assertThat(found.at("/entities/0/name").asText()).isEqualTo("Ann");
        assertThat(found.at("/relations/0/relation").asText()).isEqualTo("works at");
        assertThat(found.path("entities")).hasSize(1);
        assertThat(restarted.text("search", "query", "zebra")).isEqualTo("Nothing is known about that.");
        assertThat(restarted.failure("search", "query", " ")).contains("query is empty");
    }

    @Test
    void addingAKnownEntityAddsItsFacts() {
        rememberAnn();

        assertThat(knowledge.text("add_entities", "entities", List.of(entity("Ann", "robot", "likes tea", "is tall"))))
                .isEqualTo("Remembered 1 (0 new).");

        JsonNode ann = knowledge.json("open", "names", List.of("Ann")).at("/entities/0");
        assertThat(ann.path("type").asText()).isEqualTo("person");
        assertThat(ann.path("observations")).hasSize(2);
    }

    @Test
    void forgettingAnEntityForgetsItsRelations() {
        rememberAnn();

        knowledge.text("delete_entities", "names", List.of("Acme"));

        assertThat(knowledge.json("read_all").path("relations")).isEmpty();
        assertThat(knowledge.json("read_all").path("entities")).hasSize(1);
    }

    @Test
    void factsAndRelationsAreForgottenOneByOne() {
        rememberAnn();
        knowledge.text(
                "add_observations", "additions", List.of(Map.of("entity", "Ann", "observations", List.of("is tall"))));

        knowledge.text(
                "delete_observations",
                "deletions",
                List.of(Map.of("entity", "Ann", "observations", List.of("likes tea"))));
        knowledge.text("delete_relations", "relations", List.of(relation("Ann", "works at", "Acme")));

        assertThat(knowledge
                        .json("open", "names", List.of("Ann"))
                        .at("/entities/0/observations")
                        .toString())
                .isEqualTo("[\"is tall\"]");
        assertThat(knowledge.json("read_all").path("relations")).isEmpty();
    }

    @Test
    void whatIsNotKnownIsSaidAndNothingChanges() {
        rememberAnn();
        String before = knowledge.text("read_all");

        assertThat(knowledge.failure(
                        "add_relations",
                        "relations",
                        List.of(relation("Ann", "knows", "Acme"), relation("Ann", "knows", "Bob"))))
                .contains("\"Bob\" is not known");
        assertThat(knowledge.failure("open", "names", List.of("Bob"))).contains("Use search");
        assertThat(knowledge.failure("delete_relations", "relations", List.of(relation("Ann", "hates", "Acme"))))
                .contains("There is no relation");
        assertThat(knowledge.failure(
                        "delete_observations",
                        "deletions",
                        List.of(Map.of("entity", "Ann", "observations", List.of("likes beer")))))
                .contains("likes tea");
        assertThat(knowledge.failure("add_entities", "entities", List.of(entity(" ", "person"))))
                .contains("needs a name");
        assertThat(knowledge.text("read_all")).isEqualTo(before);
    }

    @Test
    void aDamagedFileIsKeptAndTheRestIsUsed() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{\"name\":\"Ann\",\"type\":\"person\",\"observations\":[]}\n{\"name\":\"Bo");

        JsonNode answer = knowledge.call("read_all");

        assertThat(answer.at("/structuredContent/entities")).hasSize(1);
        assertThat(answer.at("/content/1/text").asText()).contains("1 of 2 lines could not be read");
        assertThat(file.resolveSibling("knowledge.jsonl.bad")).content().endsWith("{\"name\":\"Bo");
        assertThat(knowledge
                        .call("add_entities", "entities", List.of(entity("Cy", "cat")))
                        .at("/content/1/text")
                        .asText())
                .startsWith("Warning");
        assertThat(new ToolClient(KnowledgeServer.create(file)).call("read_all").at("/content"))
                .hasSize(1);
    }

    @Test
    void manyWritersLoseNothing() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 100; i++) {
            String name = "E" + i;
            writers.execute(() -> knowledge.text("add_entities", "entities", List.of(entity(name, "thing"))));
        }
        writers.shutdown();
        assertThat(writers.awaitTermination(20, TimeUnit.SECONDS)).isTrue();

        assertThat(new ToolClient(KnowledgeServer.create(file)).json("read_all").path("entities"))
                .hasSize(100);
    }
}

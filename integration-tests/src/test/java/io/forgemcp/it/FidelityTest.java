package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes through the gateway equals what the server says when nothing is in between. */
@Tag("node")
class FidelityTest {
    private static final String IMAGE =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static final Map<NpmServer, DirectServer> DIRECT = new EnumMap<>(NpmServer.class);
    private static final Map<NpmServer, GatewayClient> THROUGH = new EnumMap<>(NpmServer.class);
    private static TestGateway gateway;

    @BeforeAll
    static void startEverythingTwice(@TempDir Path directory) throws IOException {
        Path shared = Files.createDirectory(directory.resolve("files"));
        Files.writeString(shared.resolve("a.txt"), "first line\nsecond line é😀\n");
        Files.createDirectory(shared.resolve("below"));
        Files.write(shared.resolve("dot.png"), java.util.Base64.getDecoder().decode(IMAGE));
        List<NpmServer> servers = Arrays.asList(NpmServer.values());
        gateway = TestGateway.start(builder -> {
            for (NpmServer server : servers) {
                var service = server.service(own(directory, server, "through"));
                builder.service(service).virtualServer(TestGateway.original(service));
            }
            return builder;
        });
        for (NpmServer server : servers) {
            DIRECT.put(server, DirectServer.start(server, own(directory, server, "direct")));
            THROUGH.put(server, gateway.client(server.slug()));
        }
    }

    /** Servers that keep something get a place of their own for it; files are looked at, not changed, so they are shared. */
    private static Path own(Path directory, NpmServer server, String side) {
        try {
            return server == NpmServer.FILESYSTEM
                    ? directory.resolve("files")
                    : Files.createDirectories(directory.resolve(side + "-" + server.slug()));
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        THROUGH.values().forEach(GatewayClient::close);
        if (gateway != null) {
            gateway.close();
        }
        for (DirectServer server : DIRECT.values()) {
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyListIsTheServersOwn(NpmServer server) {
        JsonNode nothing = Json.of("{}");
        for (String[] list : new String[][] {
            {"tools/list", "tools"},
            {"prompts/list", "prompts"},
            {"resources/list", "resources"},
            {"resources/templates/list", "resourceTemplates"}
        }) {
            JsonNode direct = DIRECT.get(server).request(list[0], nothing).path(list[1]);
            Learnt.await(THROUGH.get(server), list[0], list[1], direct.size());
            JsonNode through = THROUGH.get(server).request(list[0], nothing).path(list[1]);
            assertThat(through).as("%s of %s", list[0], server).hasSameSizeAs(direct);
            for (int i = 0; i < direct.size(); i++) {
                assertThat(through.get(i)).isEqualTo(direct.get(i));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void inAnEndpointOverAllServersOnlyTheNameDiffers(NpmServer server) {
        try (GatewayClient all = new GatewayClient(gateway.uri("/mcp"))) {
            all.initialize();
            JsonNode direct =
                    DIRECT.get(server).request("tools/list", Json.of("{}")).path("tools");
            Learnt.await(THROUGH.get(server), "tools/list", "tools", direct.size());
            JsonNode listed = all.request("tools/list", Json.of("{}")).path("tools");
            List<JsonNode> mine = new ArrayList<>();
            listed.forEach(tool -> {
                if (tool.path("name").asText().startsWith(server.slug() + "-")) {
                    mine.add(tool);
                }
            });
            assertThat(mine).hasSameSizeAs(direct);
            for (int i = 0; i < direct.size(); i++) {
                ObjectNode renamed = (ObjectNode) mine.get(i).deepCopy();
                renamed.set("name", direct.get(i).path("name"));
                assertThat(renamed).isEqualTo(direct.get(i));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "echo                   | {'message':'é😀\\n\\u0000'}",
                "echo                   | {'message':7}",
                "echo                   | {}",
                "get-sum                | {'a':1.5,'b':2}",
                "get-sum                | {'a':'x'}",
                "get-annotated-message  | {'messageType':'error','includeImage':true}",
                "get-annotated-message  | {'messageType':'debug'}",
                "get-structured-content | {'location':'Chicago'}",
                "get-structured-content | {'location':'Atlantis'}",
                "get-tiny-image         | {}",
                "get-resource-links     | {'count':5}",
                "get-resource-reference | {'resourceType':'Blob','resourceId':3}",
                "no-such-argument       | {}"
            })
    void everyAnswerOfTheEverythingServerIsItsOwn(String tool, String arguments) {
        if (tool.equals("no-such-argument")) {
            // A tool that the server does not have is refused by the gateway itself: see BadInputTest.
            tool = "get-tiny-image";
            arguments = "{'unexpected':[1.0,null]}";
        }
        assertSameCall(NpmServer.EVERYTHING, tool, arguments);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "prompts/get    | {'name':'simple-prompt'}",
                "prompts/get    | {'name':'args-prompt','arguments':{'city':'Oslo'}}",
                "prompts/get    | {'name':'args-prompt','arguments':{'city':'Oslo','state':'x\\ny'}}",
                "prompts/get    | {'name':'args-prompt','arguments':{}}",
                "prompts/get    | {'name':'completable-prompt','arguments':{'department':'Sales','name':'David'}}",
                "prompts/get    | {'name':'resource-prompt','arguments':{'resourceType':'Text','resourceId':'2'}}",
                "prompts/get    | {'name':'resource-prompt','arguments':{'resourceType':'Text','resourceId':'x'}}",
                "resources/read | {'uri':'demo://resource/static/document/features.md'}",
                "resources/read | {'uri':'demo://resource/dynamic/text/1'}",
                "resources/read | {'uri':'demo://resource/dynamic/blob/2'}",
                "resources/read | {'uri':'demo://resource/dynamic/text/none'}"
            })
    void everyPromptAndResourceIsTheServersOwn(String method, String params) {
        assertSame(NpmServer.EVERYTHING, method, Json.of(params));
    }

    @Test
    void aKnowledgeGraphGrowsTheSameWay() {
        for (String[] call : new String[][] {
            {
                "create_entities",
                "{'entities':[{'name':'Ada','entityType':'person','observations':['wrote é']},{'name':'Engine','entityType':'machine','observations':[]}]}"
            },
            {"create_relations", "{'relations':[{'from':'Ada','to':'Engine','relationType':'programs'}]}"},
            {"add_observations", "{'observations':[{'entityName':'Ada','contents':['b','c']}]}"},
            {"add_observations", "{'observations':[{'entityName':'Nobody','contents':['b']}]}"},
            {"search_nodes", "{'query':'Ada'}"},
            {"open_nodes", "{'names':['Engine']}"},
            {"delete_observations", "{'deletions':[{'entityName':'Ada','observations':['b']}]}"},
            {"read_graph", "{}"},
            {"create_entities", "{'entities':5}"}
        }) {
            assertSameCall(NpmServer.MEMORY, call[0], call[1]);
        }
        assertSame(NpmServer.MEMORY, "resources/read", Json.of("{'uri':'memory://knowledge-graph'}"));
    }

    @Test
    void filesAreReadTheSameWay(@TempDir Path elsewhere) {
        String directory = DIRECT.get(NpmServer.FILESYSTEM)
                .request("tools/call", Json.of("{'name':'list_allowed_directories','arguments':{}}"))
                .at("/structuredContent/content")
                .asText()
                .replaceFirst("(?s)^Allowed directories:\\s*", "")
                .strip();
        for (String[] call : new String[][] {
            {"list_allowed_directories", "{}"},
            {"list_directory", "{'path':'DIR'}"},
            {"directory_tree", "{'path':'DIR'}"},
            {"read_text_file", "{'path':'DIR/a.txt'}"},
            {"read_text_file", "{'path':'DIR/a.txt','head':1}"},
            {"read_media_file", "{'path':'DIR/dot.png'}"},
            {"read_multiple_files", "{'paths':['DIR/a.txt','DIR/none.txt']}"},
            {"search_files", "{'path':'DIR','pattern':'*.txt'}"},
            {"edit_file", "{'path':'DIR/a.txt','dryRun':true,'edits':[{'oldText':'first','newText':'1st'}]}"},
            {"read_text_file", "{'path':'ELSEWHERE/x'}"},
            {"read_text_file", "{}"}
        }) {
            assertSameCall(
                    NpmServer.FILESYSTEM,
                    call[0],
                    call[1].replace("DIR", directory).replace("ELSEWHERE", elsewhere.toString()));
        }
    }

    @Test
    void thoughtsAndRefusalsOfTheOtherServersAreTheirOwn() {
        assertSameCall(
                NpmServer.THINKING,
                "sequentialthinking",
                "{'thought':'t','nextThoughtNeeded':true,'thoughtNumber':1,'totalThoughts':2}");
        assertSameCall(NpmServer.THINKING, "sequentialthinking", "{'thought':1}");
        assertSameCall(NpmServer.PLAYWRIGHT, "browser_close", "{}");
        assertSameCall(NpmServer.PLAYWRIGHT, "browser_resize", "{'width':'x'}");
    }

    @Test
    @Tag("browser")
    void aPageInARealBrowserLooksTheSame() {
        assertThat(DIRECT.get(NpmServer.PLAYWRIGHT)
                        .request(
                                "tools/call",
                                Json.of(
                                        "{'name':'browser_navigate','arguments':{'url':'data:text/html,<title>Hi</title><p>there'}}"))
                        .toString())
                .contains("Page Title: Hi");
        THROUGH.get(NpmServer.PLAYWRIGHT)
                .call("browser_navigate", Json.of("{'url':'data:text/html,<title>Hi</title><p>there'}"));
        assertSameCall(NpmServer.PLAYWRIGHT, "browser_snapshot", "{}");
        assertSameCall(NpmServer.PLAYWRIGHT, "browser_tabs", "{'action':'list'}");
        assertSameCall(NpmServer.PLAYWRIGHT, "browser_close", "{}");
    }

    @Test
    void progressArrivesUnderTheClientsOwnToken() {
        try (GatewayClient client = gateway.client("everything")) {
            JsonNode result = client.request(
                    "tools/call",
                    Json.of(
                            "{'name':'trigger-long-running-operation','arguments':{'duration':0.2,'steps':2},'_meta':{'progressToken':'mine'}}"));
            assertThat(result.path("content")).isNotEmpty();
            assertThat(client.notifications())
                    .isNotEmpty()
                    .allSatisfy(heard -> assertThat(
                                    heard.at("/params/progressToken").asText())
                            .isEqualTo("mine"));
        }
    }

    private static void assertSameCall(NpmServer server, String tool, String arguments) {
        assertSame(server, "tools/call", Json.of("{'name':'" + tool + "','arguments':" + arguments + "}"));
    }

    private static void assertSame(NpmServer server, String method, JsonNode params) {
        JsonNode direct = DIRECT.get(server).request(method, params);
        JsonNode through = THROUGH.get(server).request(method, params);
        assertThat(withoutClock(through)).as("%s %s", method, params).isEqualTo(withoutClock(direct));
    }

    /** The everything server tells the time in some answers, as text and inside base64. */
    private static JsonNode withoutClock(JsonNode answer) {
        return Json.tree(answer.toString()
                .replaceAll("\\d{1,2}:\\d\\d:\\d\\d [AP]M", "TIME")
                .replaceAll("(\"blob\":\"[A-Za-z0-9+/]{60})[A-Za-z0-9+/=]*", "$1"));
    }
}

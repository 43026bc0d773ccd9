package io.forgemcp.gateway.virtualserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.catalog.CatalogEntry;
import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.ServiceName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VirtualServersTest {
    private static final String EVERYTHING = null;

    private final TreeMap<ServiceName, ServerCatalog> learnt = new TreeMap<>();
    private long version;
    private final VirtualServers servers =
            new VirtualServers(() -> new CatalogSnapshot(version, learnt), Naming.PREFIXED);

    @Test
    void aToolIsShownUnderServiceAndToolAsSlugs() {
        learn("GitHub", "create_Issue");

        assertThat(names(servers.view(EVERYTHING))).containsExactly("github-create-issue");
        assertThat(servers.view(EVERYTHING).tool("github-create-issue").original())
                .isEqualTo("create_Issue");
    }

    @Test
    void aClientMayWriteUnderscoresWhereTheNameHasHyphens() {
        learn("memory", "create_entities");

        assertThat(servers.view(EVERYTHING).tool("memory-create_entities").original())
                .isEqualTo("create_entities");
    }

    @Test
    void theDescriptionKeepsEveryFieldAndChangesOnlyTheName() {
        learnt.put(
                ServiceName.of("s"),
                catalog(
                        "s",
                        List.of(
                                tool(
                                        "{\"x\":1.0,\"name\":\"do\",\"icons\":[{\"src\":\"a\"}],\"n\":12345678901234567890}"))));
        version++;

        assertThat(servers.view(EVERYTHING).tools().entries().get(0).json())
                .hasToString("{\"x\":1.0,\"name\":\"s-do\",\"icons\":[{\"src\":\"a\"}],\"n\":12345678901234567890}");
    }

    @Test
    void aLongNameIsShortenedToSixtyCharactersAndStaysTheSame() {
        String tool = "a".repeat(80);
        learn("service", tool, tool + "b");
        List<String> first = names(servers.view(EVERYTHING));
        version++;

        assertThat(first).allMatch(name -> name.length() == 60).doesNotHaveDuplicates();
        assertThat(names(servers.view(EVERYTHING))).isEqualTo(first);
        assertThat(servers.view(EVERYTHING).tool(first.get(1)).original()).isEqualTo(tool + "b");
    }

    @Test
    void namesThatWouldCollideAreKeptApart() {
        learn("s", "get-it", "get_it", "Get It");
        ServerView view = servers.view(EVERYTHING);

        assertThat(names(view)).hasSize(3).doesNotHaveDuplicates();
        assertThat(view.tools().entries().stream()
                        .map(entry -> view.tool(entry.name()).original()))
                .containsExactly("get-it", "get_it", "Get It");
    }

    @Test
    void originalNamesStayAsTheyAreAndASecondServersSameNameIsPrefixed() {
        learn("a", "echo", "Only_A");
        learn("b", "echo");
        servers.add(VirtualServer.of("plain", services("a", "b"), Naming.ORIGINAL));

        assertThat(names(servers.view("plain"))).containsExactly("echo", "Only_A", "b-echo");
    }

    @Test
    void aVirtualServerShowsItsServicesInItsOrderWithItsRenamesAndDescriptions() {
        learn("a", "one", "two");
        learn("b", "three");
        servers.add(new VirtualServer(
                UUID.randomUUID(),
                "Mine",
                "",
                true,
                services("b", "a"),
                Map.of(ServiceName.of("a"), List.of("two")),
                Naming.CUSTOM,
                Map.of("a/two", "zwei"),
                Map.of("b/three", "better words")));

        assertThat(names(servers.view("mine"))).containsExactly("b-three", "zwei");
        assertThat(servers.view("mine").tools().entries().get(0).json().textMember("description"))
                .isEqualTo("better words");
        assertThat(servers.view("mine").tool("a-one")).isNull();
    }

    @Test
    void onlySixtyToolsAreListedAndTheRestIsReported() {
        learn("many", IntStream.range(0, 75).mapToObj(i -> "t" + i).toArray(String[]::new));
        servers.add(VirtualServer.of("limited", services("many")));
        ServerView view = servers.view("limited");

        assertThat(view.tools().entries()).hasSize(60);
        assertThat(text(view)).contains("15 more can be called but are not shown");
        assertThat(view.tool("many-t74")).isNotNull();
        assertThat(servers.view(EVERYTHING).tools().entries()).hasSize(75);
    }

    @Test
    void aDeadServerTakesAwayItsOwnToolsOnlyAndTheListSaysWhy() {
        learn("good", "one");
        learn("bad", "two");
        ServiceName bad = ServiceName.of("bad");
        learnt.put(bad, learnt.get(bad).withProblem("connection refused"));
        version++;
        ServerView view = servers.view(EVERYTHING);

        assertThat(names(view)).containsExactly("good-one");
        assertThat(text(view)).contains("\"service\":\"bad\",\"problem\":\"connection refused\"");
        assertThat(view.tool("bad-two"))
                .as("it may be back by the time somebody calls")
                .isNotNull();
    }

    @Test
    void aServerThatNeverRanIsNamedInTheListAndOwnsItsPrefix() {
        learn("git", "log");
        learnt.put(ServiceName.of("git-hub"), ServerCatalog.unknown(ServiceName.of("git-hub")));
        version++;
        ServerView view = servers.view(EVERYTHING);

        assertThat(view.unlearnt()).containsExactly(ServiceName.of("git-hub"));
        assertThat(view.unlearntOwners("git-hub-search")).containsExactly(ServiceName.of("git-hub"));
        assertThat(view.unlearntOwners("git-log")).isEmpty();
        assertThat(text(view)).contains("{\"service\":\"git-hub\",\"problem\":\"Its tools are not known yet");
    }

    @Test
    void aServiceThatDoesNotExistIsReported() {
        servers.add(VirtualServer.of("v", services("ghost")));

        assertThat(text(servers.view("v"))).contains("ghost").contains("There is no service of this name");
    }

    @Test
    void aResourceBelongsToWhoListsItAndOtherwiseToTheMostSpecificTemplate() {
        ServiceName name = ServiceName.of("r");
        learnt.put(
                name,
                new ServerCatalog(
                        name,
                        null,
                        List.of(),
                        List.of(),
                        List.of(new CatalogEntry("demo://listed", JsonSlice.parse("{\"uri\":\"demo://listed\"}"))),
                        List.of(
                                new CatalogEntry("demo://{x}", JsonSlice.parse("{\"uriTemplate\":\"demo://{x}\"}")),
                                new CatalogEntry(
                                        "demo://item/{id}", JsonSlice.parse("{\"uriTemplate\":\"demo://item/{id}\"}"))),
                        Instant.EPOCH,
                        null));
        version++;
        ServerView view = servers.view(EVERYTHING);

        assertThat(view.resource("demo://listed").original()).isEqualTo("demo://listed");
        assertThat(view.resource("demo://item/7").service()).isEqualTo(name);
        assertThat(view.resource("other://item/7")).isNull();
    }

    @Test
    void virtualServersAreFoundByNameSlugAndId() {
        VirtualServer server = VirtualServer.of("My Tools", List.of());
        servers.add(server);

        assertThat(servers.find("MY TOOLS")).contains(server);
        assertThat(servers.find("my-tools")).contains(server);
        assertThat(servers.find(server.id().toString())).contains(server);
        assertThatThrownBy(() -> servers.add(VirtualServer.of("my tools", List.of())))
                .hasMessageContaining("already exists");
    }

    @Test
    void anUnknownOrDisabledVirtualServerIsRefused() {
        servers.add(new VirtualServer(
                UUID.randomUUID(), "off", "", false, List.of(), Map.of(), Naming.PREFIXED, Map.of(), Map.of()));

        for (String name : List.of("off", "none")) {
            assertThatThrownBy(() -> servers.view(name))
                    .isInstanceOfSatisfying(
                            GatewayException.class,
                            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNKNOWN_VIRTUAL_SERVER));
        }
    }

    @Test
    void aViewIsKeptUntilTheCatalogChanges() {
        learn("s", "one");
        ServerView first = servers.view(EVERYTHING);

        assertThat(servers.view(EVERYTHING)).isSameAs(first);
        learn("s", "one", "two");
        assertThat(names(servers.view(EVERYTHING))).containsExactly("s-one", "s-two");
    }

    private void learn(String service, String... tools) {
        ServiceName name = ServiceName.of(service);
        List<CatalogEntry> entries = List.of(tools).stream()
                .map(t -> tool("{\"name\":\"" + t + "\"}"))
                .toList();
        learnt.put(name, catalog(service, entries));
        version++;
    }

    private static ServerCatalog catalog(String service, List<CatalogEntry> tools) {
        return new ServerCatalog(
                ServiceName.of(service), null, tools, List.of(), List.of(), List.of(), Instant.EPOCH, null);
    }

    private static CatalogEntry tool(String json) {
        JsonSlice slice = JsonSlice.parse(json);
        return new CatalogEntry(slice.textMember("name"), slice);
    }

    @Test
    void aListIsAskedEntryByEntryAgainOnlyWhereCallersMaySeeDifferentThings() {
        ExposedList list = new ExposedList(
                "tools",
                List.of(new ExposedList.Entry(
                        "a", new Route(ServiceName.of("s"), "a"), JsonSlice.parse("{\"name\":\"a\"}"))),
                List.of());

        assertThat(list.isWhole(entry -> true, false)).isTrue();
        assertThat(list.isWhole(entry -> false, false)).isFalse();
        assertThat(list.isWhole(entry -> false, true)).isFalse();
        assertThat(list.isWhole(entry -> true, true)).isTrue();
        assertThat(list.isWhole(
                        entry -> {
                            throw new AssertionError("asked again");
                        },
                        true))
                .isTrue();
        assertThat(list.isWhole(entry -> false, false)).isFalse();
    }

    private static List<ServiceName> services(String... names) {
        return List.of(names).stream().map(ServiceName::of).toList();
    }

    private static List<String> names(ServerView view) {
        return view.tools().entries().stream().map(ExposedList.Entry::name).toList();
    }

    private static String text(ServerView view) {
        return new String(view.tools().ready().result(), StandardCharsets.UTF_8);
    }
}

package io.forgemcp.auth.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.store.FileStore;
import io.forgemcp.gateway.store.GatewayStore;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrantBookTest {
    private static final URI SERVICE = URI.create("https://mcp.example/mcp");
    private static final byte[] SECRET = "a secret that nobody guesses".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    @Test
    void whatWasKeptIsFoundAgain() {
        keep(null, page(null));

        GrantBook.Page found = find(null, OAuthClient.AUTOMATIC);

        assertThat(found).isEqualTo(page(null));
    }

    @Test
    void onlyTheOwnerCanReadTheFile() throws IOException {
        keep(null, page(null));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void withASecretNothingInTheFileTellsAToken() throws IOException {
        keep(SECRET, page(null));

        assertThat(Files.readString(file()))
                .doesNotContain("access-hush", "refresh-hush", "client-hush", "auth.example");
        assertThat(find(SECRET, OAuthClient.AUTOMATIC)).isEqualTo(page(null));
    }

    @Test
    void withoutTheSecretOrWithAnotherThereIsNothing() {
        keep(SECRET, page(null));

        assertThat(find(null, OAuthClient.AUTOMATIC)).isEqualTo(GrantBook.Page.EMPTY);
        assertThat(find("another secret".getBytes(StandardCharsets.UTF_8), OAuthClient.AUTOMATIC))
                .isEqualTo(GrantBook.Page.EMPTY);
    }

    @Test
    void aSecretThatComesLaterLeavesWhatWasKeptBefore() {
        keep(null, page(null));

        assertThat(find(SECRET, OAuthClient.AUTOMATIC)).isEqualTo(page(null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not json",
                "[]",
                "{\"far\":3}",
                "{\"far\":{\"url\":\"https://mcp.example/mcp\"}}",
                "{\"far\":{\"sealed\":\"AAAA\"}}",
                "{\"far\":{\"url\":\"https://mcp.example/mcp\",\"registered\":{},\"access_token\":\"x\"}}"
            })
    void aDamagedFileIsNoGrant(String text) throws IOException {
        Files.writeString(file(), text);

        assertThat(find(SECRET, OAuthClient.AUTOMATIC)).isEqualTo(GrantBook.Page.EMPTY);
    }

    @Test
    void whatWasGrantedToAnotherClientOrForAnotherUrlIsNotUsed() {
        keep(null, page(null));

        OAuthClient other = new OAuthClient(true, "other", null, null, List.of());
        assertThat(find(null, other).granted()).isNull();
        try (GrantBook book = book(null)) {
            URI elsewhere = URI.create("https://mcp.example/other");
            assertThat(book.find("far", elsewhere, OAuthClient.AUTOMATIC)).isEqualTo(GrantBook.Page.EMPTY);
        }
    }

    @Test
    void theSecretOfTheConfigurationStaysThereAndMayChange() throws IOException {
        ClientRegistration ours = new ClientRegistration("ours", "client-hush", null);
        Granted before = page(null).granted();
        keep(
                null,
                new OAuthClient(true, "ours", "client-hush", null, List.of()),
                new GrantBook.Page(
                        new Granted(before.found(), ours, before.scopes(), before.tokens()),
                        Map.of(),
                        "https://auth.example/"));

        assertThat(Files.readString(file())).doesNotContain("client-hush");
        GrantBook.Page found = find(null, new OAuthClient(true, "ours", "new-hush", null, List.of()));
        assertThat(found.granted().client().secret()).isEqualTo("new-hush");
        assertThat(found.pinned()).isEqualTo("https://auth.example/");
    }

    @Test
    void theLastOfManyChangesIsTheOneThatIsKept() {
        try (GrantBook book = book(null)) {
            for (int i = 0; i < 50; i++) {
                book.save("far", SERVICE, OAuthClient.AUTOMATIC, page(Instant.ofEpochSecond(i)));
            }
        }

        assertThat(find(null, OAuthClient.AUTOMATIC)).isEqualTo(page(Instant.ofEpochSecond(49)));
    }

    private void keep(byte[] secret, GrantBook.Page page) {
        keep(secret, OAuthClient.AUTOMATIC, page);
    }

    private void keep(byte[] secret, OAuthClient wanted, GrantBook.Page page) {
        try (GrantBook book = book(secret)) {
            book.save("far", SERVICE, wanted, page);
        }
    }

    private GrantBook.Page find(byte[] secret, OAuthClient wanted) {
        try (GrantBook book = book(secret)) {
            return book.find("far", SERVICE, wanted);
        }
    }

    private GrantBook book(byte[] secret) {
        GatewayStore store = new FileStore(directory);
        return new GrantBook(store, new Seal(secret));
    }

    private Path file() {
        return directory.resolve("oauth-grants.json");
    }

    private static GrantBook.Page page(Instant expires) {
        String issuer = "https://auth.example/";
        ClientRegistration client = new ClientRegistration(
                "dynamic",
                "client-hush",
                "client_secret_post",
                URI.create("http://127.0.0.1:4444/oauth/callback"),
                Instant.parse("2027-11-26T07:00:00Z"));
        AuthorizationServer server = AuthorizationServer.of(
                issuer,
                Map.of(
                        "issuer",
                        issuer,
                        "authorization_endpoint",
                        issuer + "authorize",
                        "token_endpoint",
                        issuer + "token",
                        "token_endpoint_auth_methods_supported",
                        List.of("client_secret_post"),
                        "code_challenge_methods_supported",
                        List.of("S256")));
        Granted granted = new Granted(
                new Discovery.Found("https://mcp.example/", List.of(), server),
                client,
                Set.of("read"),
                new Tokens("access-hush", "refresh-hush", expires, expires));
        return new GrantBook.Page(granted, Map.of(issuer, client), null);
    }
}

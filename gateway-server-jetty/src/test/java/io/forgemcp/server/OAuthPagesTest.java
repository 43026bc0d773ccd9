package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.auth.client.AuthorizingExchanger;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.store.InMemoryStore;
import io.forgemcp.gateway.transport.JdkHttpExchanger;
import io.forgemcp.server.manager.Management;
import io.forgemcp.server.rest.OAuthRoutes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may authorise the gateway at a server that wants OAuth, and with which browser. */
@Timeout(60)
class OAuthPagesTest {
    private static final String[] ADMIN = {"Authorization", "Bearer root"};
    private static final String[] USER = {"Authorization", "Bearer user"};

    private final HttpClient client = HttpClient.newHttpClient();
    private OAuthServer remote;
    private AuthorizingExchanger exchanger;
    private Gateway gateway;
    private GatewayServer server;

    @BeforeEach
    void start() throws IOException {
        remote = new OAuthServer();
        exchanger = new AuthorizingExchanger(new JdkHttpExchanger(), new InMemoryStore(), null, InstantSource.system());
        gateway = Gateway.builder()
                .httpExchanger(exchanger)
                .authenticator(OAuthPagesTest::caller)
                .service(ServiceDefinition.http("far", remote.mcp()).build())
                .service(ServiceDefinition.http("keyed", remote.mcp())
                        .launch(new Launch.Remote(remote.mcp(), Map.of("Authorization", "Bearer key-hush")))
                        .build())
                .build()
                .start();
        ServerSettings settings = ServerSettings.defaults().withAddress("127.0.0.1", 0);
        server = GatewayServer.start(
                gateway, Map.of(Role.GATEWAY, settings), Management.NONE, new OAuthRoutes(gateway, exchanger).routes());
        exchanger.listensAt(server.uri());
    }

    @AfterEach
    void stop() {
        server.close();
        gateway.close();
        remote.close();
    }

    private static CompletionStage<Caller> caller(Authenticator.Credentials credentials) {
        if ("Bearer root".equals(credentials.authorization())) {
            return CompletableFuture.completedStage(new Caller("root", Set.of("admin")));
        }
        return "Bearer user".equals(credentials.authorization())
                ? CompletableFuture.completedStage(new Caller("user", Set.of()))
                : CompletableFuture.failedStage(
                        new GatewayException(ErrorCode.UNAUTHENTICATED, "A valid bearer token is needed."));
    }

    @Test
    void onlyAnAdministratorLearnsWhereToAuthoriseTheGateway() throws Exception {
        assertThat(get("/oauth/start/far").statusCode()).isEqualTo(401);
        for (String verb : new String[] {"GET", "POST"}) {
            HttpResponse<String> refused = send(verb, server.uri().resolve("/oauth/start/far"), USER);
            assertThat(refused.statusCode()).as(verb).isEqualTo(403);
            assertThat(refused.headers().firstValue("Location")).isEmpty();
            assertThat(refused.headers().firstValue("Set-Cookie")).isEmpty();
        }
    }

    @Test
    void anAdministratorIsSentOnWithACookieThatScriptsAndOtherSitesDoNotGet() throws Exception {
        HttpResponse<String> sent = get("/oauth/start/far", ADMIN);

        assertThat(sent.statusCode()).isEqualTo(302);
        assertThat(sent.headers().firstValue("Location").orElseThrow())
                .contains("/authorize?response_type=code")
                .contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A" + server.port() + "%2Foauth%2Fcallback");
        assertThat(sent.headers().firstValue("Set-Cookie").orElseThrow())
                .endsWith("; Path=/oauth; Max-Age=600; HttpOnly; SameSite=Lax");
        assertThat(sent.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(sent.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Test
    void theAnswerIsTakenOnceAndOnlyFromTheBrowserThatBegan() throws Exception {
        HttpResponse<String> sent = get("/oauth/start/far", ADMIN);
        String answer = "/oauth/callback?code=x&state=" + state(sent);

        assertThat(get(answer).statusCode()).isEqualTo(400);
        String foreign = cookie(get("/oauth/start/far", ADMIN));
        assertThat(get(answer, "Cookie", foreign).statusCode()).isEqualTo(400);
        assertThat(remote.tokensGiven()).isZero();

        String quoted = cookie(sent).replaceFirst("=(.*)", "=\"$1\"");
        HttpResponse<String> done = get(answer, "Cookie", "other=1; " + quoted);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(done.body()).contains("service \"far\"").doesNotContain(OAuthServer.TOKEN);
        assertThat(get(answer, "Cookie", cookie(sent)).statusCode()).isEqualTo(400);
        assertThat(remote.tokensGiven()).isEqualTo(1);
    }

    @Test
    void anotherSiteCanShowTheWayButNotTakeTheStep() throws Exception {
        HttpResponse<String> page = get("/oauth/start/far", join(ADMIN, "Sec-Fetch-Site", "cross-site"));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("href=\"/oauth/start/far\"");
        assertThat(page.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("frame-ancestors 'none'");
        assertThat(get("/oauth/start/far", join(ADMIN, "Sec-Fetch-Site", "same-origin"))
                        .statusCode())
                .isEqualTo(302);
    }

    @Test
    void aBrowserBeginsUnderTheNameThatItComesBackTo() throws Exception {
        URI elsewhere = URI.create("http://localhost:" + server.port() + "/oauth/start/far");

        HttpResponse<String> sent = send("GET", elsewhere, ADMIN);

        assertThat(sent.statusCode()).isEqualTo(302);
        assertThat(sent.headers().firstValue("Location"))
                .hasValue(server.uri().resolve("/oauth/start/far").toString());
        assertThat(sent.headers().firstValue("Set-Cookie")).isEmpty();
    }

    @Test
    void behindAProxyTheCookieIsForEncryptedConnectionsOnlyAndNobodyIsSentInACircle() throws Exception {
        exchanger.listensAt(URI.create("https://gateway.example.com"));

        HttpResponse<String> sent = get("/oauth/start/far", ADMIN);

        assertThat(sent.headers().firstValue("Location").orElseThrow())
                .contains("/authorize?")
                .contains("redirect_uri=https%3A%2F%2Fgateway.example.com%2Foauth%2Fcallback");
        assertThat(sent.headers().firstValue("Set-Cookie").orElseThrow()).endsWith("; Secure");
    }

    @Test
    void aLinkForABrowserWithoutATokenIsGoodOnce() throws Exception {
        HttpResponse<String> invited = send("POST", server.uri().resolve("/oauth/start/far"), ADMIN);
        assertThat(invited.statusCode()).as(invited.body()).isEqualTo(200);
        String link = new ObjectMapper().readTree(invited.body()).path("url").asText();

        HttpResponse<String> looked = send("HEAD", URI.create(link));
        assertThat(looked.statusCode())
                .as("programs that look at a link do not use it up")
                .isEqualTo(405);
        assertThat(looked.headers().firstValue("Allow")).hasValue("GET, OPTIONS");
        HttpResponse<String> sent = send("GET", URI.create(link));
        assertThat(sent.statusCode()).isEqualTo(302);
        assertThat(sent.headers().firstValue("Set-Cookie")).isPresent();
        assertThat(send("GET", URI.create(link)).statusCode()).isEqualTo(403);
        assertThat(get("/oauth/open/guessed").statusCode()).isEqualTo(403);
    }

    @Test
    void aLookAtThePageBeginsNothing() throws Exception {
        for (String[] who : new String[][] {{}, USER, ADMIN}) {
            HttpResponse<String> looked = send("HEAD", server.uri().resolve("/oauth/start/far"), who);
            assertThat(looked.statusCode()).isEqualTo(405);
            assertThat(looked.headers().firstValue("Allow")).hasValue("GET, POST, DELETE, OPTIONS");
            assertThat(looked.headers().firstValue("Set-Cookie")).isEmpty();
        }
    }

    @Test
    void onlyAnAdministratorSeesWhatWasGrantedAndNobodyAToken() throws Exception {
        assertThat(get("/oauth/grants", USER).statusCode()).isEqualTo(403);
        assertThat(get("/oauth/grants", ADMIN).body()).contains("\"authorised\":false");

        HttpResponse<String> sent = get("/oauth/start/far", ADMIN);
        get("/oauth/callback?code=x&state=" + state(sent), "Cookie", cookie(sent));

        assertThat(get("/oauth/grants", ADMIN).body())
                .contains("\"authorised\":true")
                .contains(remote.mcp().resolve("/").toString().replaceAll("/$", ""))
                .doesNotContain(OAuthServer.TOKEN);
    }

    @Test
    void onlyAnAdministratorGivesUpWhatWasGranted() throws Exception {
        URI page = server.uri().resolve("/oauth/start/far");

        assertThat(send("DELETE", page, USER).statusCode()).isEqualTo(403);
        assertThat(send("DELETE", page, ADMIN).statusCode()).isEqualTo(200);
    }

    @Test
    void aServiceWithoutOAuthIsNotAuthorised() throws Exception {
        URI page = server.uri().resolve("/oauth/start/keyed");

        for (String verb : new String[] {"GET", "POST", "DELETE"}) {
            HttpResponse<String> refused = send(verb, page, ADMIN);
            assertThat(refused.statusCode()).as(verb).isGreaterThanOrEqualTo(400);
            assertThat(refused.body()).as(verb).contains("does not use OAuth").doesNotContain("key-hush");
        }
        assertThat(get("/oauth/grants", ADMIN).body()).doesNotContain("keyed");
    }

    @Test
    void anUnknownServiceIsSaid() throws Exception {
        assertThat(get("/oauth/start/nobody", ADMIN).statusCode()).isEqualTo(404);
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        return send("GET", server.uri().resolve(path), headers);
    }

    private HttpResponse<String> send(String verb, URI url, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).method(verb, HttpRequest.BodyPublishers.noBody());
        return client.send(
                (headers.length == 0 ? request : request.headers(headers)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String[] join(String[] first, String... second) {
        String[] joined = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    private static String state(HttpResponse<String> sent) {
        return sent.headers().firstValue("Location").orElseThrow().replaceAll(".*[?&]state=([^&]+).*", "$1");
    }

    private static String cookie(HttpResponse<String> sent) {
        return sent.headers().firstValue("Set-Cookie").orElseThrow().replaceAll(";.*", "");
    }
}

package io.forgemcp.auth.client;

import static io.forgemcp.auth.client.FakeAuthorization.parameters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.JdkHttpExchanger;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuthorizingExchangerTest {
    private static final URI HOME = URI.create("http://127.0.0.1:8080");
    private static final String CALLBACK = "http://127.0.0.1:8080/oauth/callback";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-26T07:00:00Z"));
    private final GatewayStore store = new InMemoryStore();
    /** The cookie of the browser that began last. */
    private final Map<String, String> cookies = new HashMap<>();

    private OAuthClient client = OAuthClient.AUTOMATIC;
    private FakeAuthorization remote;
    private AuthorizingExchanger exchanger;

    @BeforeEach
    void start() throws IOException {
        remote = new FakeAuthorization();
        exchanger = exchanger();
    }

    @AfterEach
    void stop() {
        exchanger.close();
        remote.close();
    }

    private AuthorizingExchanger exchanger() {
        AuthorizingExchanger made = new AuthorizingExchanger(new JdkHttpExchanger(), store, null, now::get);
        made.listensAt(HOME);
        return made;
    }

    @Test
    void aServerThatWantsATokenGetsOneOnceAPersonHasAgreed() {
        Map<String, String> asked = askedFor();

        complete(asked);

        assertThat(call()).isEqualTo(200);
        assertThat(asked)
                .containsEntry("code_challenge_method", "S256")
                .containsEntry("redirect_uri", CALLBACK)
                .containsEntry("resource", remote.url("/mcp").toString())
                .containsEntry("client_id", "dynamic")
                .doesNotContainKey("scope");
        assertThat(parameters(remote.tokenRequests.remove()))
                .containsEntry("resource", remote.url("/mcp").toString())
                .containsEntry("code", "the-code")
                .containsKey("code_verifier");
        assertThat(remote.clientHeaders.remove()).startsWith("Basic ");
    }

    @Test
    void aHundredCallsAtOnceShareOneFlow() {
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(send(client(), remote.url("/mcp")));
        }
        Set<String> messages = new HashSet<>();
        calls.forEach(call -> messages.add(failure(call).getMessage()));

        assertThat(messages).singleElement(STRING).contains("http://127.0.0.1:8080/oauth/start/far");
        assertThat(remote.discoveries).hasValue(1);
        assertThat(remote.registrations).as("nobody began").hasValue(0);
    }

    @Test
    void anAnswerIsTakenOnce() {
        Map<String, String> asked = askedFor();
        complete(asked);

        assertRefused(asked, Map.of(), "nothing waits");
    }

    @Test
    void whyAPersonWasRefusedIsSaidButNothingElseThatOthersWrite() {
        assertRefused(askedFor(), Map.of("error", "access_denied"), "(access_denied)");
        Map<String, String> asked = askedFor();

        GatewayException refused = failure(exchanger
                .complete(Map.of("state", asked.get("state"), "error", "<b>click here</b>"), cookies::get)
                .toCompletableFuture());

        assertThat(refused).hasMessageNotContaining("click");
    }

    @Test
    void anAnswerAfterTenMinutesIsNotTakenAndTheNextCallAsksAnew() {
        Map<String, String> asked = askedFor();
        now.set(now.get().plus(Duration.ofMinutes(10)));

        assertRefused(asked, Map.of(), "nothing waits");
        assertThat(askedFor().get("state")).isNotEqualTo(asked.get("state"));
    }

    @Test
    void anAnswerToAStateOfSomebodyElseLeavesTheFlowAlone() {
        Map<String, String> asked = askedFor();

        assertRefused(Map.of("state", "foreign"), Map.of(), "nothing waits");
        complete(asked);

        assertThat(call()).isEqualTo(200);
    }

    @Test
    void anAnswerOfAnotherIssuerIsRefusedBeforeItsCodeIsUsed() {
        assertRefused(askedFor(), Map.of("iss", "https://evil.example"), "does not say that it is from");
        assertThat(remote.tokenRequests).isEmpty();
    }

    @Test
    void anAnswerWithoutIssuerIsRefusedWhereOneWasPromised() {
        remote.metadata.put("authorization_response_iss_parameter_supported", true);

        assertRefused(askedFor(), Map.of(), "does not say that it is from");
    }

    @Test
    void metadataOfAnotherIssuerIsRefused() {
        remote.metadata.put("issuer", remote.issuer() + "/");

        assertThat(refusal()).contains("names another issuer");
    }

    @Test
    void anAuthorizationServerWithoutPkceIsRefused() {
        remote.metadata.put("code_challenge_methods_supported", List.of("plain"));

        assertThat(refusal()).contains("PKCE");
    }

    @Test
    void metadataOfAnotherResourceIsRefused() {
        remote.resource.put("resource", "https://other.example/mcp");

        assertThat(refusal()).contains("another server");
    }

    @Test
    void anAuthorizationServerWithoutEncryptionIsRefusedUnlessItIsOnThisMachine() {
        remote.resource.put("authorization_servers", List.of("http://192.0.2.1"));

        assertThat(refusal()).contains("HTTPS only");
    }

    @Test
    void anAuthorizationEndpointThatIsNoWebAddressIsNeverShownToAPerson() {
        remote.metadata.put("authorization_endpoint", "javascript:alert(1)");

        assertThat(refusal()).contains("HTTPS only");
    }

    @Test
    void aServerThatIsItsOwnAuthorizationServerNeedsNotSaySo() {
        remote.describesItself = false;

        Map<String, String> asked = askedFor();
        complete(asked);

        assertThat(call()).isEqualTo(200);
        assertThat(asked).containsEntry("resource", remote.url("/mcp").toString());
    }

    @Test
    void aServerThatSaysNothingOfOAuthMayWantAKey() {
        remote.describesItself = false;
        remote.metadataInstead = "nothing here".getBytes(StandardCharsets.US_ASCII);

        assertThat(refusal()).contains("configure it in headers");
    }

    @Test
    void whatAServerNamesHasToBeThere() {
        remote.describesItself = false;
        remote.namesItsDescription = true;

        assertThat(refusal()).contains("is not there");
    }

    @Test
    void metadataThatNeverEndsIsNotRead() {
        remote.metadataInstead = "[".repeat(300_000).getBytes(StandardCharsets.US_ASCII);

        assertThat(refusal()).contains("could not be asked");
    }

    @Test
    void aServerElsewhereCannotMakeTheGatewayAskThisMachine() {
        Documents documents = new Documents(new LateClient(), URI.create("https://192.0.2.1/mcp"));

        assertThatThrownBy(() -> documents.get(remote.url("/register"))).hasMessageContaining("on this machine");
        assertThat(remote.registrations).hasValue(0);
    }

    @Test
    void scopesOfTheChallengeComeBeforeThoseOfTheResource() {
        remote.resource.put("scopes_supported", List.of("all"));
        remote.challengeScope = ", scope=\"read list\"";

        assertThat(askedFor()).containsEntry("scope", "read list");
    }

    @Test
    void scopesOfTheResourceAreAskedForWhereTheChallengeNamesNone() {
        remote.resource.put("scopes_supported", List.of("all", "more"));
        remote.metadata.put("scopes_supported", List.of("all", "offline_access"));

        assertThat(askedFor()).containsEntry("scope", "all more offline_access");
    }

    @Test
    void moreScopeIsAskedForTogetherWithWhatThereIsAndNotForEver() {
        remote.challengeScope = ", scope=\"read\"";
        complete(askedFor());
        remote.neededScope = "write";

        for (int round = 0; round < 3; round++) {
            Map<String, String> more = askedFor();
            assertThat(more).containsEntry("scope", "read write");
            complete(more);
        }

        assertThat(refusal()).contains("read write");
    }

    @Test
    void anExpiredTokenIsRenewedOnceForAllCalls() {
        complete(askedFor());
        now.set(now.get().plus(Duration.ofHours(1)));

        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(send(client(), remote.url("/mcp")));
        }

        assertThat(calls).allSatisfy(call -> assertThat(get(call)).isEqualTo(200));
        assertThat(remote.refreshes).hasValue(1);
    }

    @Test
    void aTokenThatTheServerNoLongerTakesIsRenewedAndTheCallRepeated() {
        complete(askedFor());
        remote.accepted = "another";

        assertThat(call()).isEqualTo(200);
        assertThat(remote.refreshes).hasValue(1);
    }

    @Test
    void aClientThatWasRegisteredByHandIsUsedBeforeAnyOther() {
        remote.metadata.put("client_id_metadata_document_supported", true);
        remote.metadata.put("token_endpoint_auth_methods_supported", List.of("client_secret_post"));
        client = new OAuthClient(true, "ours", "hush", null, List.of());

        complete(askedFor());

        assertThat(parameters(remote.tokenRequests.remove()))
                .containsEntry("client_id", "ours")
                .containsEntry("client_secret", "hush");
        assertThat(remote.registrations).hasValue(0);
    }

    @Test
    void aConfiguredSecretIsShownToNoSecondAuthorizationServer() throws IOException {
        client = new OAuthClient(true, "ours", "hush", null, List.of());
        complete(askedFor());
        restart();
        try (FakeAuthorization other = new FakeAuthorization()) {
            remote.resource.put("authorization_servers", List.of(other.issuer()));
            remote.refusesRefresh = 400;
            remote.accepted = "another";

            GatewayException failure = failure(send(client(), remote.url("/mcp")));
            assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED);
            assertRefused(exchanger.begin(service()), "oauth.issuer");
            assertThat(other.tokenRequests).isEmpty();
        }
    }

    @Test
    void anAuthorizationServerThatIsNotTheConfiguredOneIsNotUsed() {
        client = new OAuthClient(
                true, null, null, null, List.of(), "https://auth.example", OAuthClient.Grant.AUTHORIZATION_CODE);

        assertThat(refusal()).contains("oauth.issuer is \"https://auth.example\"");
    }

    @Test
    void withClientCredentialsNobodyIsAskedAndOneTokenServesAllCalls() {
        client = ownRights();
        remote.challengeScope = ", scope=\"read\"";

        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            calls.add(send(client(), remote.url("/mcp")));
        }

        assertThat(calls).allSatisfy(call -> assertThat(get(call)).isEqualTo(200));
        assertThat(remote.tokenRequests)
                .singleElement(STRING)
                .satisfies(form -> assertThat(parameters(form))
                        .containsEntry("grant_type", "client_credentials")
                        .containsEntry("scope", "read")
                        .containsEntry("resource", remote.url("/mcp").toString()));
        assertThat(remote.clientHeaders.remove()).startsWith("Basic ");
        assertRefused(exchanger.begin(service()), "no person is needed");
    }

    @Test
    void aTokenOfClientCredentialsThatIsOverIsReplaced() {
        client = ownRights();
        assertThat(call()).isEqualTo(200);
        now.set(now.get().plusSeconds(5));
        remote.accepted = "another";

        assertThat(call()).isEqualTo(200);
        assertThat(remote.tokenRequests).hasSize(2);
    }

    @Test
    void aServerThatRefusesOneCallEndsNoGrantForTheOthers() {
        complete(askedFor());
        String taken = remote.accepted;
        remote.refusesAll = true;

        for (int i = 0; i < 10; i++) {
            assertThat(failure(send(client(), remote.url("/mcp"))).code())
                    .isEqualTo(ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED);
        }
        assertThat(remote.refreshes).as("tried anew, but not with every call").hasValue(1);

        remote.refusesAll = false;
        assertThat(call()).isEqualTo(200);
        assertThat(remote.accepted).isNotEqualTo(taken);
    }

    @Test
    void aServerThatNeverTakesTheTokenGetsNoNewOneWithEveryCall() {
        client = ownRights();
        remote.refusesAll = true;

        for (int i = 0; i < 10; i++) {
            assertThat(refusal()).contains("has just given");
        }
        assertThat(remote.tokenRequests).hasSize(1);
    }

    @Test
    void aWrongSecretIsNotTriedWithEveryCall() {
        client = ownRights();
        remote.refusesTokens = 401;
        for (int i = 0; i < 20; i++) {
            assertThat(refusal()).contains("HTTP 401");
        }
        assertThat(remote.tokenRequests).hasSize(1);

        now.set(now.get().plusSeconds(5));
        remote.refusesTokens = 0;
        assertThat(call()).isEqualTo(200);
    }

    private static OAuthClient ownRights() {
        return new OAuthClient(true, "ours", "hush", null, List.of(), null, OAuthClient.Grant.CLIENT_CREDENTIALS);
    }

    @Test
    void aMetadataDocumentIsUsedBeforeRegistration() {
        remote.metadata.put("client_id_metadata_document_supported", true);
        URI document = URI.create("https://gateway.example/client.json");
        client = new OAuthClient(true, null, null, document, List.of());

        assertThat(askedFor()).containsEntry("client_id", document.toString());
        assertThat(remote.registrations).hasValue(0);
    }

    @Test
    void scopesOfTheConfigurationComeBeforeAllOthers() {
        remote.challengeScope = ", scope=\"read\"";
        client = new OAuthClient(true, null, null, null, List.of("mine"));

        assertThat(askedFor()).containsEntry("scope", "mine");
    }

    @Test
    void aHeaderOfTheConfigurationIsLeftAlone() {
        assertThat(exchanger.towards("far", address(Map.of("authorization", "Bearer mine"))))
                .isNotInstanceOf(ServiceExchanger.class);
    }

    @Test
    void aServiceWithoutOAuthIsLeftAlone() {
        client = OAuthClient.OFF;

        assertThat(call()).isEqualTo(401);
        assertThat(remote.discoveries).hasValue(0);
        assertRefused(exchanger.begin(service()), "does not use OAuth");
    }

    @Test
    void theAnswerIsTakenOnlyFromTheBrowserThatBegan() {
        Map<String, String> asked = askedFor();
        Map<String, String> mine = Map.copyOf(cookies);

        cookies.clear();
        assertRefused(asked, Map.of(), "this browser");
        cookies.put(mine.keySet().iterator().next(), "guessed");
        assertRefused(asked, Map.of(), "this browser");
        assertThat(remote.tokenRequests).isEmpty();

        cookies.putAll(mine);
        complete(asked);
        assertThat(call()).isEqualTo(200);
    }

    @Test
    void anInvitationIsGoodOnceAndForTenMinutes() {
        String invitation = exchanger.invite(service());
        assertThat(exchanger.accept(invitation)).isEqualTo("far");
        assertThat(exchanger.accept(invitation)).isNull();

        String late = exchanger.invite(service());
        now.set(now.get().plus(Duration.ofMinutes(10)));
        assertThat(exchanger.accept(late)).isNull();
    }

    @Test
    void whatWasGrantedOutlivesARestart() {
        complete(askedFor());
        restart();

        assertThat(call()).isEqualTo(200);
        assertThat(remote.discoveries).hasValue(1);
    }

    @Test
    void aRegistrationOutlivesARestartThatNobodyWaitedFor() {
        askedFor();
        restart();
        askedFor();

        assertThat(remote.registrations).hasValue(1);
    }

    @Test
    void aRemovedServiceLeavesNothingBehind() {
        complete(askedFor());
        exchanger.forget("far");
        restart();

        assertThat(store.list("oauth-grants")).isEmpty();
        assertThat(askedFor()).isNotEmpty();
    }

    @Test
    void whatWasGivenUpIsAskedForAgainAlsoByWhoeverUsedIt() {
        HttpExchanger before = client();
        complete(askedFor());
        exchanger.giveUp(service());

        assertThat(failure(send(before, remote.url("/mcp"))).code()).isEqualTo(ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED);
        complete(askedFor());
        assertThat(get(send(before, remote.url("/mcp")))).isEqualTo(200);
        assertThat(remote.registrations).hasValue(1);
    }

    @Test
    void aServiceThatIsNoLongerConfiguredIsForgotten() {
        complete(askedFor());
        exchanger.keepOnly(List.of("other"));
        restart();

        assertThat(store.list("oauth-grants")).isEmpty();
    }

    @Test
    void tokensOfAnotherUrlAreNotSentToThisOne() {
        complete(askedFor());
        restart();

        HttpExchanger elsewhere = exchanger.towards(
                "far", new InstanceAddress.Http(remote.url("/mcp/x"), Map.of(), WireProtocol.STREAMABLE_HTTP, client));

        assertThat(failure(send(elsewhere, remote.url("/mcp/x"))).code())
                .isEqualTo(ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED);
    }

    @Test
    void aDamagedGrantIsAskedForAgain() {
        store.put("oauth-grants", "far", JsonSlice.parse("{\"url\":7}".getBytes(StandardCharsets.UTF_8)));
        restart();

        complete(askedFor());
        assertThat(call()).isEqualTo(200);
    }

    @Test
    void aRefreshThatTheAuthorizationServerRefusesMeansThatAPersonIsAskedAgain() {
        complete(askedFor());
        remote.refusesRefresh = 400;
        remote.accepted = "another";

        assertThat(askedFor()).isNotEmpty();
    }

    @Test
    void anAuthorizationServerThatIsAwayCostsNoGrant() {
        complete(askedFor());
        remote.refusesRefresh = 503;
        remote.accepted = "another";
        assertThat(refusal()).contains("gave no bearer token");

        remote.refusesRefresh = 0;
        assertThat(call()).isEqualTo(200);
    }

    private void restart() {
        exchanger.close();
        exchanger = exchanger();
    }

    /** What a person is asked for who does what the error says. */
    private Map<String, String> askedFor() {
        GatewayException failure = failure(send(client(), remote.url("/mcp")));
        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED);
        assertThat(failure).hasMessageContaining(HOME + "/oauth/start/far");
        AuthorizingExchanger.Beginning beginning =
                get(exchanger.begin(service()).toCompletableFuture());
        cookies.put(beginning.cookie(), beginning.value());
        return parameters(beginning.url().getRawQuery());
    }

    private ServiceDefinition service() {
        return ServiceDefinition.http("far", remote.url("/mcp"))
                .launch(new Launch.Remote(remote.url("/mcp"), Map.of(), client))
                .build();
    }

    private InstanceAddress.Http address(Map<String, String> headers) {
        return new InstanceAddress.Http(remote.url("/mcp"), headers, WireProtocol.STREAMABLE_HTTP, client);
    }

    private HttpExchanger client() {
        return exchanger.towards("far", address(Map.of()));
    }

    private String refusal() {
        GatewayException failure = failure(send(client(), remote.url("/mcp")));
        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_REFUSED);
        return failure.getMessage();
    }

    private void complete(Map<String, String> asked) {
        get(exchanger
                .complete(Map.of("state", asked.get("state"), "code", "the-code"), cookies::get)
                .toCompletableFuture());
    }

    private void assertRefused(Map<String, String> asked, Map<String, String> more, String why) {
        Map<String, String> answer = new HashMap<>(more);
        answer.put("state", asked.get("state"));
        answer.put("code", "the-code");
        assertRefused(exchanger.complete(answer, cookies::get), why);
    }

    private static void assertRefused(CompletionStage<?> stage, String why) {
        GatewayException failure = failure(stage.toCompletableFuture());
        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_REFUSED);
        assertThat(failure).hasMessageContaining(why);
    }

    private int call() {
        return get(send(client(), remote.url("/mcp")));
    }

    private static CompletableFuture<Integer> send(HttpExchanger http, URI url) {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        AtomicReference<Integer> seen = new AtomicReference<>(0);
        http.send(new HttpExchanger.Call("POST", url, List.of(), new byte[] {'x'}), new HttpExchanger.Listener() {
            @Override
            public void onHeaders(int code, Function<String, String> answer) {
                seen.set(code);
            }

            @Override
            public void onContent(ByteBuffer part) {}

            @Override
            public void onComplete() {
                status.complete(seen.get());
            }

            @Override
            public void onFailure(Throwable failure, boolean delivered) {
                status.completeExceptionally(failure);
            }
        });
        return status;
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static GatewayException failure(CompletableFuture<?> future) {
        try {
            throw new AssertionError("did not fail but gave " + future.get(30, TimeUnit.SECONDS));
        } catch (ExecutionException failed) {
            return (GatewayException) GatewayException.unwrap(failed);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }
}

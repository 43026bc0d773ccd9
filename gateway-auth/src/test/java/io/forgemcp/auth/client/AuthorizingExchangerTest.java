package io.forgemcp.auth.client;

import static io.forgemcp.auth.client.FakeAuthorization.parameters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.OAuthClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AuthorizingExchangerTest extends AuthorizingFixture {
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
    void aServerThatWantsSomethingElseEachTimeIsLookedAtOnceInAWhile() {
        remote.challengeScope = ", scope=\"ANY\"";
        for (int i = 0; i < 50; i++) {
            assertThat(failure(send(client(), remote.url("/mcp"))).code())
                    .isEqualTo(ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED);
        }
        assertThat(remote.discoveries).hasValue(1);

        now.set(now.get().plusSeconds(5));
        assertThat(askedFor()).containsEntry("scope", "x51");
        assertThat(remote.discoveries).hasValue(2);
    }

    @Test
    void anAnswerIsTakenOnce() {
        Map<String, String> asked = askedFor();
        complete(asked);

        assertRefused(asked, Map.of(), "nothing waits");
    }

    @Test
    void whyAPersonWasRefusedIsSaidButNothingElseThatOthersWrite() {
        assertRefused(
                askedFor(),
                Map.of("error", "access_denied"),
                "consent was denied at \"" + remote.issuer()
                        + "\" (access_denied), by you or because the account may not"
                        + " give it. What was granted before is as it was. To try again, open " + HOME
                        + "/oauth/start/far.");
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
    void theBearerSchemeIsHeardAlsoInASecondHeader() {
        remote.otherScheme = "Basic realm=\"x\", scope=\"other\"";
        remote.challengeScope = ", scope=\"read\"";

        assertThat(askedFor()).containsEntry("scope", "read");
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
}

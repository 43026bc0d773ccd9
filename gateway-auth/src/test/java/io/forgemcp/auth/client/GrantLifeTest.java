package io.forgemcp.auth.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a grant and a registration are used, and what ends them. */
class GrantLifeTest extends AuthorizingFixture {
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
    void whereTheGatewayShallHaveItsOwnRightsThoseOfAPersonAreNotUsedAnyMore() {
        client = new OAuthClient(true, "ours", "hush", null, List.of());
        complete(askedFor());
        String ofThePerson = remote.accepted;
        remote.tokenRequests.clear();

        client = ownRights();
        assertThat(call()).isEqualTo(200);

        assertThat(remote.accepted).isNotEqualTo(ofThePerson);
        assertThat(remote.tokenRequests)
                .singleElement(STRING)
                .contains("grant_type=client_credentials")
                .doesNotContain("again");
    }

    @Test
    void otherScopesOrAnotherMetadataDocumentAreAskedForAnew() {
        complete(askedFor());
        restart();
        client = new OAuthClient(true, null, null, null, List.of("less"));
        complete(askedFor());
        restart();
        client = new OAuthClient(true, null, null, URI.create("https://gateway.example/client.json"), List.of("less"));

        assertThat(askedFor()).containsEntry("scope", "less");
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
    void itIsShownWhetherSomebodyHasToAuthoriseTheGatewayAndWhetherAgain() {
        assertThat(state()).isEqualTo(GrantState.NOT_ASKED);
        Map<String, String> asked = askedFor();
        assertThat(state()).isEqualTo(GrantState.NEEDED);
        complete(asked);
        assertThat(state()).isEqualTo(GrantState.AUTHORISED);

        remote.refusesRefresh = 400;
        now.set(now.get().plusSeconds(3595));
        assertThat(call()).as("the last seconds of the token").isEqualTo(200);
        assertThat(state()).as("before any call has failed").isEqualTo(GrantState.AGAIN);
        asked = askedFor();
        assertThat(state()).isEqualTo(GrantState.AGAIN);

        complete(asked);
        assertThat(state()).isEqualTo(GrantState.AUTHORISED);
        exchanger.giveUp(service());
        assertThat(state()).isEqualTo(GrantState.NOT_ASKED);
    }

    @Test
    void aTokenThatCannotBeRenewedAndIsOverOrRefusedHasToBeAuthorisedAgain() {
        complete(askedFor());
        remote.refusesAll = true;
        Map<String, String> asked = askedFor();
        assertThat(state()).isEqualTo(GrantState.AGAIN);

        remote.refusesAll = false;
        remote.givesRefresh = false;
        complete(asked);
        assertThat(state()).isEqualTo(GrantState.AUTHORISED);
        now.set(now.get().plusSeconds(3600));
        assertThat(state()).isEqualTo(GrantState.AGAIN);
    }

    private GrantState state() {
        return exchanger.standing(service()).state();
    }

    @ParameterizedTest
    @CsvSource({
        "400, '<html>who are you?</html>'",
        "401, '{\"error\":\"temporarily_unavailable\"}'",
        "400, '{\"error\":\"invalid_request\"}'",
        "503, '{\"error\":\"invalid_grant\"}'"
    })
    void onlyTheAuthorizationServerItselfEndsAGrantAndInSoManyWords(int status, String body) {
        complete(askedFor());
        remote.refusesRefresh = status;
        remote.refusal = body;
        remote.accepted = "another";
        assertThat(refusal()).contains("gave no bearer token");

        restart();
        remote.refusesRefresh = 0;
        assertThat(call()).isEqualTo(200);
    }

    @Test
    void whoGivesUpGetsANewBeginningAlsoWhereNothingWasGranted() {
        assertThat(askedFor()).containsEntry("client_id", "dynamic");
        restart();

        exchanger.giveUp(service());

        assertThat(askedFor()).containsEntry("client_id", "dynamic2");
    }

    @Test
    void aClientThatNoBrowserCameBackWithIsRegisteredAnew() {
        complete(askedFor());
        remote.refusesAll = true;
        assertThat(askedFor()).containsEntry("client_id", "dynamic");
        Map<String, String> again = askedFor();
        assertThat(again).containsEntry("client_id", "dynamic2");

        remote.refusesAll = false;
        complete(again);
        assertThat(call()).isEqualTo(200);
    }

    @Test
    void aClientStaysWhereAPersonSaidNoOrTheGatewayCannotRegisterNow() {
        assertRefused(askedFor(), Map.of("error", "access_denied"), "(access_denied)");
        assertThat(askedFor()).containsEntry("client_id", "dynamic");
        remote.registers = false;

        assertThat(askedFor()).containsEntry("client_id", "dynamic");
    }

    @Test
    void aClientThatTheAuthorizationServerHasForgottenIsRegisteredAnew() {
        Map<String, String> asked = askedFor();
        remote.refusesTokens = 401;
        assertRefused(asked, Map.of(), "Begin again");

        remote.refusesTokens = 0;
        Map<String, String> again = askedFor();
        assertThat(again).containsEntry("client_id", "dynamic2");
        complete(again);
    }

    @Test
    void aTokenThatLastsForMomentsIsNotRenewedWithEveryCall() {
        remote.lifetime = 5;
        complete(askedFor());
        for (int i = 0; i < 4; i++) {
            assertThat(call()).isEqualTo(200);
            now.set(now.get().plusSeconds(1));
        }
        assertThat(remote.refreshes).hasValue(0);

        assertThat(call()).isEqualTo(200);
        assertThat(remote.refreshes).hasValue(1);
    }

    @Test
    void aClientStaysWhereTheTokenEndpointWasAway() {
        Map<String, String> asked = askedFor();
        remote.refusesTokens = 503;
        assertRefused(asked, Map.of(), "HTTP 503");

        assertThat(askedFor()).containsEntry("client_id", "dynamic");
    }

    @Test
    void aRefreshWithAForgottenClientAsksAPersonWithANewOneAndLeavesTheTokenAsGoodAsItIs() {
        complete(askedFor());
        remote.refusesTokens = 401;
        now.set(now.get().plus(Duration.ofHours(1)).minusSeconds(5));
        assertThat(call()).isEqualTo(200);

        now.set(now.get().plusSeconds(5));
        remote.accepted = "another";
        assertThat(askedFor()).containsEntry("client_id", "dynamic2");
        assertThat(remote.tokenRequests).as("the code and one refresh").hasSize(2);
    }

    @Test
    void aRefreshWithAForgottenClientOfTheConfigurationEndsNoGrant() {
        client = new OAuthClient(true, "ours", "hush", null, List.of());
        complete(askedFor());
        remote.refusesTokens = 401;
        remote.accepted = "another";
        assertThat(refusal()).contains("invalid_client");

        remote.refusesTokens = 0;
        assertThat(call()).isEqualTo(200);
    }

    @Test
    void aClientWhoseSecretEndsBeforeThePersonMayBeReadyIsRegisteredAnew() {
        remote.secretExpires = ",\"client_secret_expires_at\":"
                + now.get().plus(Duration.ofHours(1)).getEpochSecond();
        complete(askedFor());
        exchanger.begin(service()).toCompletableFuture().join();
        restart();
        assertThat(remote.registrations).hasValue(1);
        now.set(now.get().plus(Duration.ofMinutes(50)));

        exchanger.begin(service()).toCompletableFuture().join();

        assertThat(remote.registrations).hasValue(2);
    }
}

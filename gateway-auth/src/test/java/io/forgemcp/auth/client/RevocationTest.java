package io.forgemcp.auth.client;

import static io.forgemcp.auth.client.FakeAuthorization.parameters;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the authorization server is told when an administrator gives up what it has granted (RFC 7009). */
class RevocationTest extends AuthorizingFixture {
    @Test
    void bothTokensAreGivenBackByTheClientThatGotThemAlsoAfterARestart() {
        remote.metadata.put("revocation_endpoint", remote.url("/revoke").toString());
        complete(askedFor());
        String token = remote.accepted;
        restart();

        assertThat(givenUp()).isEqualTo(GivenUp.EVERYWHERE);

        List<String> forms = List.copyOf(remote.revocations);
        assertThat(forms).hasSize(2);
        assertThat(parameters(forms.get(0)))
                .containsEntry("token", "again")
                .containsEntry("token_type_hint", "refresh_token");
        assertThat(parameters(forms.get(1)))
                .containsEntry("token", token)
                .containsEntry("token_type_hint", "access_token");
        assertThat(exchanger.standing(service()).state()).isEqualTo(GrantState.NOT_ASKED);
        assertThat(givenUp()).isEqualTo(GivenUp.NOTHING);
    }

    @Test
    void anAuthorizationServerThatTakesNoTokensBackIsNotAsked() {
        complete(askedFor());

        assertThat(givenUp()).isEqualTo(GivenUp.HERE);
        assertThat(remote.revocations).isEmpty();
    }

    @Test
    void theGatewayForgetsTheTokensAlsoWhereTheyAreNotTakenBack() {
        remote.metadata.put("revocation_endpoint", remote.url("/revoke").toString());
        complete(askedFor());
        remote.refusesRevocation = 503;

        assertThat(givenUp()).isEqualTo(GivenUp.NOT_TOLD);
        assertThat(exchanger.standing(service()).issuer()).isNull();
        assertThat(askedFor()).isNotEmpty();
    }

    @Test
    void anAuthorizationServerThatHasGoneIsSaidNotToKnow() {
        remote.metadata.put("revocation_endpoint", "http://127.0.0.1:1/revoke");
        complete(askedFor());

        assertThat(givenUp()).isEqualTo(GivenUp.NOT_TOLD);
    }

    private GivenUp givenUp() {
        return get(exchanger.giveUp(service()).toCompletableFuture());
    }
}

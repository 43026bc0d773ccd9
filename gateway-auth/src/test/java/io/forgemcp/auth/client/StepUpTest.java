package io.forgemcp.auth.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that wants more rights of a gateway with rights of its own: nobody is there to notice when it does not end. */
class StepUpTest extends AuthorizingFixture {
    @BeforeEach
    void withRightsOfItsOwn() {
        client = ownRights();
        remote.challengeScope = ", scope=\"read\"";
        assertThat(call()).isEqualTo(200);
        remote.tokenRequests.clear();
    }

    @Test
    void moreScopeIsGotWithoutAPersonTogetherWithWhatThereIs() {
        remote.scopes.add("write");
        remote.neededScope = "write";

        assertThat(call()).isEqualTo(200);
        assertThat(call()).isEqualTo(200);
        assertThat(asked()).containsExactly("read write");
    }

    @Test
    void scopesThatTheAuthorizationServerRefusesAreAskedForOnceInTenMinutes() {
        remote.neededScope = "write";
        remote.refusesScope = "write";

        for (int i = 0; i < 20; i++) {
            assertThat(refusal()).contains("\"write\"").contains("does not give to client \"ours\"");
            now.set(now.get().plusSeconds(6));
        }
        assertThat(asked()).containsExactly("read write");

        now.set(now.get().plusSeconds(600));
        remote.scopes.add("write");
        remote.refusesScope = "";
        assertThat(call()).isEqualTo(200);
    }

    @Test
    void callsThatNeedNoMoreGoOnWhenMoreWasRefused() {
        remote.neededScope = "write";
        remote.refusesScope = "write";
        assertThat(refusal()).contains("\"write\"");

        remote.neededScope = "";
        assertThat(call()).isEqualTo(200);
        remote.accepted = "another";
        now.set(now.get().plusSeconds(5));
        assertThat(call()).isEqualTo(200);
        assertThat(remote.tokenRequests).hasSize(2);
    }

    @Test
    void scopesThatDoNotHelpAreGivenUp() {
        remote.neededScope = "write";

        for (int i = 0; i < 20; i++) {
            call(i);
            now.set(now.get().plusSeconds(6));
        }
        assertThat(refusal()).contains("wants more than the scopes \"read write\"");
        assertThat(remote.tokenRequests).hasSize(3);
    }

    @Test
    void everNewScopesAreGivenUp() {
        remote.neededScope = "ANY";

        for (int i = 0; i < 50; i++) {
            call(i);
            now.set(now.get().plusSeconds(6));
        }
        assertThat(refusal()).contains("more and more scopes").contains("oauth.scopes");
        assertThat(remote.tokenRequests).hasSize(10);
    }

    /** A call that the server refuses, or the gateway instead of it. */
    private void call(int number) {
        try {
            assertThat(call()).as("call " + number).isEqualTo(403);
        } catch (AssertionError refused) {
            assertThat(refused).hasMessageContaining("not authorised");
        }
    }

    private List<String> asked() {
        return remote.tokenRequests.stream()
                .map(FakeAuthorization::parameters)
                .map((Map<String, String> form) -> form.get("scope"))
                .toList();
    }
}

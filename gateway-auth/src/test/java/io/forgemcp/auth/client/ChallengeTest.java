package io.forgemcp.auth.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChallengeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer scope=\"read list\", error=insufficient_scope",
                "bearer realm=\"a, \\\"b\\\"\", error = \"insufficient_scope\" , scope=\"read list\"",
                "Basic realm=\"x\", scope=\"other\", Bearer scope=\"read list\", error=insufficient_scope",
                "Negotiate, Bearer scope=\"read list\", error=insufficient_scope, Digest scope=\"other\"",
                "Negotiate YWJj==, Bearer error=insufficient_scope, scope=\"read list\", Basic error=\"other\""
            })
    void theParametersOfTheBearerSchemeAreReadAndNoOthers(String header) {
        Challenge challenge = Challenge.of(403, header);

        assertThat(challenge.bearer()).isTrue();
        assertThat(challenge.scopes()).containsExactly("read", "list");
        assertThat(challenge.wantsMoreScope()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic realm=\"bearer\", scope=\"x\"",
                "Basic realm=\"Bearer scope=\\\"x\\\"\"",
                "Basic realm=\", Bearer scope=x",
                "Digest bearer=\"1\", scope=\"x\"",
                "Bearerish scope=\"x\""
            })
    void whatOnlySoundsLikeTheBearerSchemeIsNone(String header) {
        Challenge challenge = Challenge.of(401, header);

        assertThat(challenge.bearer()).isFalse();
        assertThat(challenge.scope()).isNull();
    }

    @Test
    void aServerThatSaysNothingWantsABearerToken() {
        assertThat(Challenge.of(401, null).bearer()).isTrue();
        assertThat(Challenge.of(401, "Bearer")).isEqualTo(Challenge.NONE);
    }
}

package io.forgemcp.gateway.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubstitutionTest {
    private final Substitution substitution =
            new Substitution(Environment.of(Path.of("."), Map.of("SET", "value", "EMPTY", "", "MY_TOKEN", "s3cret")));

    @ParameterizedTest
    @CsvSource({
        "${SET}, value",
        "a-${SET}-b, a-value-b",
        "${UNSET:-default}, default",
        "${EMPTY:-default}, default",
        "${UNSET-default}, default",
        "${EMPTY-default}, ''",
        "${SET:-default}, value",
        "${SET:?must be set}, value",
        "$$, $",
        "$${SET}, ${SET}",
        "${UNSET:-${SET}}, value",
        "${UNSET:-a ${ALSO_UNSET:-b} c}, a b c",
        "${UNSET:-}, ''",
        "costs 5$, costs 5$",
        "{{ $value }}, {{ $value }}",
        "no reference, no reference"
    })
    void everyFormOfReferenceIsUnderstood(String raw, String expected) {
        assertThat(substitution.apply(raw).text()).isEqualTo(expected);
        assertThat(substitution.apply(raw).unset()).isEmpty();
        assertThat(substitution.apply(raw).malformed()).isEmpty();
    }

    @Test
    void aVariableWithoutValueIsNamedWithItsMessage() {
        assertThat(substitution
                        .apply("${UNSET} and ${EMPTY:?the key of the search service}")
                        .unset())
                .containsEntry("UNSET", "UNSET is not set")
                .containsEntry("EMPTY", "EMPTY is empty: the key of the search service");
        assertThat(substitution.apply("x ${UNSET} y").text()).isEqualTo("x ${UNSET} y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"${}", "${SET", "${1A}", "${A B}", "${SET:+other}", "${UNSET:-${SET}"})
    void whatIsNotAReferenceIsReported(String raw) {
        assertThat(substitution.apply(raw).malformed()).isNotEmpty();
    }

    @Test
    void originsTellWhichVariablesWentInAndWhetherOneIsSecret() {
        assertThat(substitution.apply("${SET}").origins()).containsEntry("SET", Environment.PROCESS);
        assertThat(substitution.apply("${SET}").holdsSecret()).isFalse();
        assertThat(substitution.apply("x${MY_TOKEN}").holdsSecret()).isTrue();
    }

    @Test
    void referencesNestedBeyondAllReasonEndTheSubstitution() {
        String raw = "${A:-".repeat(5000) + "}".repeat(5000);

        assertThat(substitution.apply(raw).malformed()).isNotEmpty();
    }
}

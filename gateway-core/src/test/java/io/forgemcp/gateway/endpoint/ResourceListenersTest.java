package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourceListenersTest {
    @ParameterizedTest
    @CsvSource({
        "file:///a,file:///a",
        "file:///a,file:///a/b",
        "file:///a/,file:///a/b",
        "db://rows,db://rows?id=1",
        "page://a,page://a#part",
        "urn:notes,urn:notes:7",
    })
    void aResourceCoversItselfAndWhatIsBelowIt(String subscribed, String changed) {
        assertThat(ResourceListeners.covers(subscribed, changed)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"file:///a,file:///ab", "file:///a/b,file:///a", "file:///a,file:///b", "db://row,db://rows?id=1"})
    void aResourceCoversNoNeighbourAndNothingAbove(String subscribed, String changed) {
        assertThat(ResourceListeners.covers(subscribed, changed)).isFalse();
    }
}

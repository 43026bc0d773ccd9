package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.protocol.JsonSlice;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnedStoreTest {
    @TempDir
    Path directory;

    @Test
    void aSecondGatewayOnOneDirectoryIsRefusedUntilTheFirstHasGone() {
        OwnedStore first = OwnedStore.open(directory);
        first.put("things", "a", JsonSlice.parse("{\"x\":1}"));

        assertThatThrownBy(() -> OwnedStore.open(directory))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("Another gateway uses the data directory")
                .hasMessageContaining("--data");

        first.close();
        try (OwnedStore second = OwnedStore.open(directory)) {
            assertThat(second.get("things", "a")).contains(JsonSlice.parse("{\"x\":1}"));
            assertThat(second.list("things")).hasSize(1);
            assertThat(second.delete("things", "a")).isTrue();
        }
    }
}

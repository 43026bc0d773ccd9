package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "fetch",
                "mcp/fetch",
                "mcp/fetch:1.2",
                "forge-mcp-test/servers:latest",
                "example.org/team/some_server__x.y-z:V1_2-rc.3",
                "localhost:5000/mcp",
                "127.0.0.1:5000/a/b/c",
                "[::1]:5000/a",
                "mcp/fetch@sha256:0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d",
                "mcp/fetch:1@sha256:0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d",
                "sha256:0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d0f2c1a5d"
            })
    void whatAnEngineTakesIsAName(String image) {
        assertThat(ImageReference.wellFormed(image)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "Fetch",
                "mcp/CASE",
                "mcp//fetch",
                "/fetch",
                "fetch/",
                "-fetch",
                "fetch:",
                "fetch:-1",
                "fetch:bad tag",
                "fetch@sha256:",
                "fetch@sha256:xyz",
                "fetch@0f2c",
                "a..b",
                "a.-b",
                "fetch\n"
            })
    void whatAnEngineRefusesIsNone(String image) {
        assertThat(ImageReference.wellFormed(image)).isFalse();
    }

    @Test
    void aVeryLongOneIsRefusedAtOnce() {
        assertThat(ImageReference.wellFormed("a".repeat(100_000))).isFalse();
        assertThat(ImageReference.wellFormed("a-".repeat(300))).isFalse();
    }
}

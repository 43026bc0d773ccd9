package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.Words;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BridgeCommandTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "python3 -m forge.translate --stdio 'npx -y server' --expose-sse --port 1 --host 0.0.0.0 > npx -y server",
                "python3 -m forge.translate --stdio 'npx -y server' /data --expose-sse --port 1 > npx -y server /data",
                "python3 -m forge.translate --stdio 'npx -y server' --repository /repos --port 1 > npx -y server --repository /repos",
                "python3 -m forge.translate --stdio node /app/index.js --expose-sse --port=1 > node /app/index.js",
                "/usr/bin/python3.11 -m mcpgateway.translate --port 1 --stdio 'uvx server' --expose-streamable-http > uvx server",
                "python -m forge.translate --stdio 'npx -y snyk mcp -t stdio --experimental' --port 1 > npx -y snyk mcp -t stdio --experimental"
            })
    void theCommandInsideIsWhatTheBridgeDoesNotKnow(String wrapped, String inside) {
        assertThat(BridgeCommand.unwrap(Words.split(wrapped))).contains(Words.split(inside));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "npx -y server --stdio x",
                "python3 -m dribbble_mcp",
                "python3 -m forge.translate --connect-sse http://x",
                "python3 -m forge.translate --expose-sse --stdio",
                "python3 server.py --stdio x y z"
            })
    void anyOtherCommandIsLeftAlone(String command) {
        assertThat(BridgeCommand.unwrap(Words.split(command))).isEmpty();
    }

    @Test
    void aBridgeAroundNothingIsLeftAlone() {
        assertThat(BridgeCommand.unwrap(java.util.List.of("python3", "-m", "forge.translate", "--stdio", "  ")))
                .isEmpty();
    }
}

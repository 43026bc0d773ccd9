package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.auth.JwtAuthenticator;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.LoopbackOnly;
import io.forgemcp.server.ServerSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessOptionsTest {
    private static final String SECRET = "a-secret-of-thirty-two-characters";

    @TempDir
    Path directory;

    @Test
    void onThisMachineInDevelopmentNobodyIsAskedForAToken() {
        assertThat(authenticator("127.0.0.1", Map.of())).isInstanceOf(LoopbackOnly.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, X, x",
        "127.0.0.1, FORGE_ENV, production",
        "127.0.0.1, AUTH_REQUIRED, true",
        "127.0.0.1, GATEWAY_PUBLIC_URL, https://gateway.example.com"
    })
    void elsewhereATokenIsNeededAndSoIsASecret(String host, String name, String value) {
        assertThatThrownBy(() -> authenticator(host, Map.of(name, value)))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("JWT_SECRET_KEY is not set");
        assertThat(authenticator(host, Map.of(name, value, "JWT_SECRET_KEY", SECRET)))
                .isInstanceOf(JwtAuthenticator.class);
    }

    @Test
    void aPublicUrlOnThisMachineChangesNothing() {
        assertThat(authenticator("127.0.0.1", Map.of("GATEWAY_PUBLIC_URL", "http://127.0.0.1:5555")))
                .isInstanceOf(LoopbackOnly.class);
    }

    @Test
    void aShortSecretIsRefusedWithoutBeingShown() {
        assertThatThrownBy(() -> authenticator("0.0.0.0", Map.of("JWT_SECRET_KEY", "too-short")))
                .hasMessageContaining("9 bytes")
                .hasMessageNotContaining("too-short");
    }

    private Authenticator authenticator(String host, Map<String, String> variables) {
        Environment environment = Environment.read(directory, new HashMap<>(variables));
        return AccessOptions.of(ServerSettings.defaults().withAddress(host, 0), environment)
                .authenticator();
    }
}

package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.Environment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {
    private static final String ONE = "a-secret-of-thirty-two-characters";
    private static final String TWO = "another-of-more-than-thirty-two-characters";

    @TempDir
    Path directory;

    @Test
    void theSameSecretGivesTheSameKeyInEveryProcessAndAnotherGivesAnother() {
        assertThat(key(Map.of("JWT_SECRET_KEY", ONE)))
                .hasSize(32)
                .isEqualTo(key(Map.of("JWT_SECRET_KEY", ONE)))
                .isNotEqualTo(key(Map.of("JWT_SECRET_KEY", TWO)));
    }

    @Test
    void theKeyIsNotTheSecret() {
        assertThat(new String(key(Map.of("JWT_SECRET_KEY", ONE)), StandardCharsets.ISO_8859_1))
                .doesNotContain(ONE);
    }

    @Test
    void theSecretThatEncryptsComesBeforeTheOneThatSignsTokens() {
        assertThat(key(Map.of("AUTH_ENCRYPTION_SECRET", TWO, "JWT_SECRET_KEY", ONE)))
                .isEqualTo(key(Map.of("AUTH_ENCRYPTION_SECRET", TWO)));
    }

    @Test
    void withoutASecretOrWithOneThatCouldBeGuessedThereIsNone() {
        assertThat(key(Map.of())).isNull();
        assertThat(key(Map.of("JWT_SECRET_KEY", "too-short"))).isNull();
    }

    private byte[] key(Map<String, String> variables) {
        return SigningKey.of(Environment.read(directory, new HashMap<>(variables)));
    }
}

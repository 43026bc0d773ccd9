package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.read.Environment;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway signs with what modern clients have to bring back: derived from a secret of the configuration, so that
 * the secret itself signs nothing else and cannot be found out from what was signed.
 */
final class SigningKey {
    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] LABEL = "forge-mcp-gateway requestState v1".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> VARIABLES = List.of("AUTH_ENCRYPTION_SECRET", "JWT_SECRET_KEY");

    /** A secret that is shorter could be guessed from a signature, so it is not used. */
    private static final int SHORTEST = 16;

    private SigningKey() {}

    /** 32 bytes from the first secret that is set and long enough; null if there is none. */
    static byte @Nullable [] of(Environment environment) {
        for (String variable : VARIABLES) {
            byte[] secret = ListenOptions.variable(environment, variable, "").getBytes(StandardCharsets.UTF_8);
            if (secret.length >= SHORTEST) {
                return derived(secret);
            }
        }
        return null;
    }

    private static byte[] derived(byte[] secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return mac.doFinal(LABEL);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every Java has " + ALGORITHM, impossible);
        }
    }
}

package io.forgemcp.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.Authenticator.Credentials;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.time.ManualTimers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JwtAuthenticatorTest {
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final ManualTimers timers = new ManualTimers();
    private final JwtAuthenticator authenticator = new JwtAuthenticator(SECRET, "forge", "gateway", timers::now);

    @Test
    void aTokenOfOursNamesItsBearerAndRoles() throws Exception {
        assertThat(caller("Bearer " + sign(claims().build()))).isEqualTo(new Caller("ada", Set.of("developer")));
    }

    @Test
    void aSingleRoleNeedsNoList() throws Exception {
        assertThat(caller("Bearer " + sign(claims().claim("roles", "admin").build())))
                .isEqualTo(new Caller("ada", Set.of("admin")));
    }

    @Test
    void theSchemeIsReadWithoutRegardToCase() throws Exception {
        assertThat(caller("bearer " + sign(claims().build())).principal()).isEqualTo("ada");
    }

    @Test
    void anExpiredTokenIsRefusedAlsoWhenItWasVerifiedBefore() throws Exception {
        String token = sign(claims().build());
        caller("Bearer " + token);

        timers.advance(Duration.ofMinutes(11));

        refuses("Bearer " + token);
    }

    @Test
    void everyOtherTokenIsRefusedInTheSameWords() throws Exception {
        refuses(null);
        refuses("Bearer ");
        refuses("Bearer not.a.token");
        refuses("Basic YWRhOnB3");
        refuses("Bearer " + sign(claims().issuer("other").build()));
        refuses("Bearer " + sign(claims().audience("other").build()));
        refuses("Bearer " + sign(claims().subject(null).build()));
        refuses("Bearer " + sign(claims().expirationTime(null).build()));
        refuses("Bearer "
                + sign(claims().notBeforeTime(at(Duration.ofMinutes(5))).build()));
        refuses("Bearer " + new PlainJWT(claims().build()).serialize());
        refuses("Bearer "
                + sign(claims().build(), "another-secret-another-secret-123".getBytes(StandardCharsets.US_ASCII)));
        refuses("Bearer " + tampered(sign(claims().build())));
    }

    @Test
    void anotherAlgorithmIsRefusedEvenWithTheRightKey() throws Exception {
        byte[] longSecret =
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS512), claims().build());
        jwt.sign(new MACSigner(longSecret));

        assertThatThrownBy(() -> new JwtAuthenticator(longSecret, "forge", "gateway", timers::now)
                        .authenticate(new Credentials("Bearer " + jwt.serialize(), true))
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(GatewayException.class);
    }

    @Test
    void aShortSecretIsRefusedAtOnce() {
        assertThatThrownBy(() -> new JwtAuthenticator(new byte[31], "forge", "gateway", timers::now))
                .hasMessageContaining("31 bytes")
                .hasMessageContaining("at least 32");
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("ada")
                .issuer("forge")
                .audience("gateway")
                .claim("roles", List.of("developer"))
                .expirationTime(at(Duration.ofMinutes(10)));
    }

    private Date at(Duration later) {
        Instant when = timers.now().plus(later);
        return Date.from(when);
    }

    private static String sign(JWTClaimsSet claims) throws JOSEException {
        return sign(claims, SECRET);
    }

    private static String sign(JWTClaimsSet claims, byte[] secret) throws JOSEException {
        SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
        jwt.sign(new MACSigner(secret));
        return jwt.serialize();
    }

    /** The same signature under other claims. */
    private static String tampered(String token) {
        String[] parts = token.split("\\.");
        char other = parts[1].charAt(10) == 'A' ? 'B' : 'A';
        return parts[0] + "." + parts[1].substring(0, 10) + other + parts[1].substring(11) + "." + parts[2];
    }

    private Caller caller(String authorization) {
        return authenticator
                .authenticate(new Credentials(authorization, false))
                .toCompletableFuture()
                .join();
    }

    private void refuses(String authorization) {
        assertThatThrownBy(() -> caller(authorization))
                .cause()
                .isInstanceOfSatisfying(GatewayException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
                    assertThat(refused)
                            .hasMessage("A valid bearer token is needed: send it in the Authorization header.");
                });
    }
}

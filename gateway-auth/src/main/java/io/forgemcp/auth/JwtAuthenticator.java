package io.forgemcp.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.Caller;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Lets in callers with a JSON Web Token (RFC 7519) that is signed with the gateway's own secret, by HMAC with SHA-256 and
 * nothing else, meant for this gateway and not expired. A token once verified is remembered by its hash until it expires,
 * so that a busy client costs one verification. Thread-safe; never blocks.
 */
public final class JwtAuthenticator implements Authenticator {
    /** HMAC with SHA-256 needs a key at least as long as its output (RFC 7518, section 3.2). */
    public static final int MIN_SECRET_BYTES = 32;

    /** Clocks of issuer and gateway may differ by this much. */
    private static final Duration SKEW = Duration.ofSeconds(30);

    /** RFC 9068, section 2.2.3.1. */
    private static final String ROLES = "roles";

    private static final String SCHEME = "Bearer ";

    private final JWSVerifier verifier;
    private final String issuer;
    private final String audience;
    private final InstantSource clock;
    private final VerifiedTokens verified;

    /**
     * @param secret shared by whoever signs; at least {@value #MIN_SECRET_BYTES} bytes
     * @param issuer the {@code iss} that a token must carry
     * @param audience one of the {@code aud} that a token must carry
     * @param clock for expiry; {@code InstantSource.system()} outside tests
     * @throws GatewayException with {@link ErrorCode#CONFIGURATION_INVALID} if the secret is too short
     */
    public JwtAuthenticator(byte[] secret, String issuer, String audience, InstantSource clock) {
        if (secret.length < MIN_SECRET_BYTES) {
            throw new GatewayException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "The JWT secret has " + secret.length + " bytes and needs at least " + MIN_SECRET_BYTES
                            + ". `make generate-secrets` writes a good one.");
        }
        try {
            this.verifier = new MACVerifier(secret);
        } catch (JOSEException e) {
            throw new GatewayException(ErrorCode.CONFIGURATION_INVALID, "The JWT secret cannot be used.", e);
        }
        this.issuer = issuer;
        this.audience = audience;
        this.clock = clock;
        this.verified = new VerifiedTokens(clock);
    }

    @Override
    public CompletionStage<Caller> authenticate(Credentials credentials) {
        String header = credentials.authorization();
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return refused();
        }
        String token = header.substring(SCHEME.length()).trim();
        CompletionStage<Caller> known = verified.find(token);
        return known != null ? known : verify(token);
    }

    private CompletionStage<Caller> verify(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            if (!JWSAlgorithm.HS256.equals(jwt.getHeader().getAlgorithm()) || !jwt.verify(verifier)) {
                return refused();
            }
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            Instant expires = expiry(claims);
            if (expires == null || !isMeantForUs(claims)) {
                return refused();
            }
            return verified.remember(token, new Caller(claims.getSubject(), roles(claims)), expires);
        } catch (ParseException | JOSEException notAToken) {
            return refused();
        }
    }

    /** When the token ends; null if it has ended, has not begun, or never ends, which is not accepted. */
    private @Nullable Instant expiry(JWTClaimsSet claims) {
        Date expires = claims.getExpirationTime();
        Date begins = claims.getNotBeforeTime();
        Instant now = clock.instant();
        if (expires == null
                || !expires.toInstant().plus(SKEW).isAfter(now)
                || (begins != null && begins.toInstant().minus(SKEW).isAfter(now))) {
            return null;
        }
        return expires.toInstant().plus(SKEW);
    }

    private boolean isMeantForUs(JWTClaimsSet claims) {
        return issuer.equals(claims.getIssuer())
                && claims.getAudience().contains(audience)
                && claims.getSubject() != null
                && !claims.getSubject().isBlank();
    }

    /** A list, or a single one without the brackets, as {@code aud} may be. */
    private static Set<String> roles(JWTClaimsSet claims) throws ParseException {
        if (claims.getClaim(ROLES) instanceof String single) {
            return Set.of(single);
        }
        List<String> roles =
                Optional.ofNullable(claims.getStringListClaim(ROLES)).orElse(List.of());
        return new HashSet<>(roles);
    }

    /** One text for every reason, so that nobody learns from it what a better forgery needs. */
    private static CompletionStage<Caller> refused() {
        return CompletableFuture.failedStage(new GatewayException(
                ErrorCode.UNAUTHENTICATED, "A valid bearer token is needed: send it in the Authorization header."));
    }
}

package io.forgemcp.auth.client;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.forgemcp.gateway.service.ClientKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** What a client with a key signs to show who it is (RFC 7523, section 3). */
final class Assertion {
    static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static final Duration LIFE = Duration.ofMinutes(1);

    private Assertion() {}

    /**
     * @param audience the issuer, and no endpoint of it, so that nobody else can use it there
     * @return good once and for a minute
     */
    static String of(String id, ClientKey key, String audience, Instant now) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(id)
                .subject(id)
                .audience(audience)
                .jwtID(Unguessable.text())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFE)))
                .build();
        SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.parse(key.algorithm())), claims);
        try {
            JWSSigner signer =
                    key.key() instanceof ECPrivateKey curve ? new ECDSASigner(curve) : new RSASSASigner(key.key());
            jwt.sign(signer);
        } catch (JOSEException unusable) {
            throw Refused.because("the private key of client \"" + id + "\" cannot sign with " + key.algorithm() + ".");
        }
        return jwt.serialize();
    }
}

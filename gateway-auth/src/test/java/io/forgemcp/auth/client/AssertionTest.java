package io.forgemcp.auth.client;

import static io.forgemcp.auth.client.FakeAuthorization.parameters;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.forgemcp.gateway.service.ClientKey;
import io.forgemcp.gateway.service.OAuthClient;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client that signs who it is instead of telling a secret (RFC 7523). */
class AssertionTest extends AuthorizingFixture {
    @ParameterizedTest
    @CsvSource({"secp256r1, ES256", "secp384r1, ES384", "secp521r1, ES512", "RSA, RS256"})
    void theAuthorizationServerCanCheckWhoAsksAndIsToldNoSecret(String kind, String algorithm) throws Exception {
        KeyPair pair = pair(kind);
        client = withKey(pair);

        assertThat(call()).isEqualTo(200);

        Map<String, String> form = parameters(remote.tokenRequests.remove());
        assertThat(form)
                .containsEntry("grant_type", "client_credentials")
                .containsEntry("client_id", "ours")
                .containsEntry("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .doesNotContainKey("client_secret");
        assertThat(remote.clientHeaders.remove()).as("Authorization").isEqualTo("null");
        SignedJWT assertion = SignedJWT.parse(form.get("client_assertion"));
        assertThat(assertion.getHeader().getAlgorithm().getName()).isEqualTo(algorithm);
        assertThat(assertion.verify(verifier(pair))).isTrue();
        JWTClaimsSet claims = assertion.getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo("ours");
        assertThat(claims.getSubject()).isEqualTo("ours");
        assertThat(claims.getAudience()).containsExactly(remote.issuer());
        assertThat(claims.getExpirationTime().toInstant()).isEqualTo(now.get().plus(Duration.ofMinutes(1)));
    }

    @Test
    void everyAssertionIsAnotherOneAlsoAfterARestart() throws Exception {
        client = withKey(pair("secp256r1"));
        assertThat(call()).isEqualTo(200);
        restart();
        now.set(now.get().plusSeconds(5));
        remote.accepted = "another";
        assertThat(call()).isEqualTo(200);

        Stream<String> ids = remote.tokenRequests.stream().map(form -> id(parameters(form)));
        assertThat(ids).hasSize(2).doesNotHaveDuplicates();
    }

    private static String id(Map<String, String> form) {
        try {
            return SignedJWT.parse(form.get("client_assertion"))
                    .getJWTClaimsSet()
                    .getJWTID();
        } catch (ParseException broken) {
            throw new AssertionError(broken);
        }
    }

    private static OAuthClient withKey(KeyPair pair) {
        String pem = "-----BEGIN " + "PRIVATE KEY-----\\n"
                + Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()) + "\\n-----END PRIVATE KEY-----";
        return new OAuthClient(
                true, "ours", null, ClientKey.of(pem), null, List.of(), null, OAuthClient.Grant.CLIENT_CREDENTIALS);
    }

    private static KeyPair pair(String kind) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind.equals("RSA") ? "RSA" : "EC");
        if (kind.equals("RSA")) {
            generator.initialize(2048);
        } else {
            generator.initialize(new ECGenParameterSpec(kind));
        }
        return generator.generateKeyPair();
    }

    private static JWSVerifier verifier(KeyPair pair) throws Exception {
        return pair.getPublic() instanceof ECPublicKey curve
                ? new ECDSAVerifier(curve)
                : new RSASSAVerifier((RSAPublicKey) pair.getPublic());
    }
}

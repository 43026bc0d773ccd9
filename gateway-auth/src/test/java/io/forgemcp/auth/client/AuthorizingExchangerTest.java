package io.forgemcp.auth.client;

import static io.forgemcp.auth.client.FakeAuthorization.parameters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.JdkHttpExchanger;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuthorizingExchangerTest {
    private static final URI CALLBACK = URI.create("http://127.0.0.1:8080/oauth/callback");

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-26T07:00:00Z"));
    private FakeAuthorization remote;
    private AuthorizingExchanger exchanger;

    @BeforeEach
    void start() throws IOException {
        remote = new FakeAuthorization();
        exchanger = exchanger(Map.of(), null, Duration.ofSeconds(10));
    }

    @AfterEach
    void stop() {
        exchanger.close();
        remote.close();
    }

    private AuthorizingExchanger exchanger(
            Map<String, ClientRegistration> registered, URI document, Duration patience) {
        return new AuthorizingExchanger(
                new JdkHttpExchanger(),
                new AuthorizationSettings(CALLBACK, document, registered, true, patience),
                now::get);
    }

    @Test
    void aServerThatWantsATokenGetsOneOnceAPersonHasAgreed() {
        Map<String, String> asked = askedFor();

        complete(asked);

        assertThat(call()).isEqualTo(200);
        assertThat(asked)
                .containsEntry("code_challenge_method", "S256")
                .containsEntry("redirect_uri", CALLBACK.toString())
                .containsEntry("resource", remote.url("/mcp").toString())
                .containsEntry("client_id", "dynamic")
                .doesNotContainKey("scope");
        assertThat(parameters(remote.tokenRequests.remove()))
                .containsEntry("resource", remote.url("/mcp").toString())
                .containsEntry("code", "the-code")
                .containsKey("code_verifier");
        assertThat(remote.clientHeaders.remove()).startsWith("Basic ");
    }

    @Test
    void aHundredCallsAtOnceShareOneFlow() {
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(send(remote.url("/mcp"), List.of()));
        }
        Set<String> messages = new HashSet<>();
        calls.forEach(call -> messages.add(failure(call).getMessage()));

        assertThat(messages).hasSize(1);
        assertThat(remote.registrations).hasValue(1);
        assertThat(remote.discoveries).hasValue(1);
    }

    @Test
    void anAnswerIsTakenOnce() {
        Map<String, String> asked = askedFor();
        complete(asked);

        assertRefused(asked, Map.of(), "nothing waits");
    }

    @Test
    void anAnswerAfterTenMinutesIsNotTakenAndTheNextCallAsksAnew() {
        Map<String, String> asked = askedFor();
        now.set(now.get().plus(Duration.ofMinutes(10)));

        assertRefused(asked, Map.of(), "nothing waits");
        assertThat(askedFor().get("state")).isNotEqualTo(asked.get("state"));
    }

    @Test
    void anAnswerToAStateOfSomebodyElseLeavesTheFlowAlone() {
        Map<String, String> asked = askedFor();

        assertRefused(Map.of("state", "foreign"), Map.of(), "nothing waits");
        complete(asked);

        assertThat(call()).isEqualTo(200);
    }

    @Test
    void anAnswerOfAnotherIssuerIsRefusedBeforeItsCodeIsUsed() {
        assertRefused(askedFor(), Map.of("iss", "https://evil.example"), "does not say that it is from");
        assertThat(remote.tokenRequests).isEmpty();
    }

    @Test
    void anAnswerWithoutIssuerIsRefusedWhereOneWasPromised() {
        remote.metadata.put("authorization_response_iss_parameter_supported", true);

        assertRefused(askedFor(), Map.of(), "does not say that it is from");
    }

    @Test
    void metadataOfAnotherIssuerIsRefused() {
        remote.metadata.put("issuer", remote.issuer() + "/");

        assertThat(refusal()).contains("names another issuer");
    }

    @Test
    void anAuthorizationServerWithoutPkceIsRefused() {
        remote.metadata.put("code_challenge_methods_supported", List.of("plain"));

        assertThat(refusal()).contains("PKCE");
    }

    @Test
    void metadataOfAnotherResourceIsRefused() {
        remote.resource.put("resource", "https://other.example/mcp");

        assertThat(refusal()).contains("another server");
    }

    @Test
    void anAuthorizationServerWithoutEncryptionIsRefusedUnlessItIsOnThisMachine() {
        remote.resource.put("authorization_servers", List.of("http://192.0.2.1"));

        assertThat(refusal()).contains("HTTPS only");
    }

    @Test
    void anAuthorizationEndpointThatIsNoWebAddressIsNeverShownToAPerson() {
        remote.metadata.put("authorization_endpoint", "javascript:alert(1)");

        assertThat(refusal()).contains("HTTPS only");
    }

    @Test
    void metadataThatNeverEndsIsNotRead() {
        remote.metadataInstead = "[".repeat(300_000).getBytes(StandardCharsets.US_ASCII);

        assertThat(refusal()).contains("could not be asked");
    }

    @Test
    void aServerElsewhereCannotMakeTheGatewayAskThisMachine() {
        assertThatThrownBy(() -> new Documents(Duration.ofSeconds(1), false).get(remote.url("/register")))
                .hasMessageContaining("on this machine");
        assertThat(remote.registrations).hasValue(0);
    }

    @Test
    void scopesOfTheChallengeComeBeforeThoseOfTheResource() {
        remote.resource.put("scopes_supported", List.of("all"));
        remote.challengeScope = ", scope=\"read list\"";

        assertThat(askedFor()).containsEntry("scope", "read list");
    }

    @Test
    void scopesOfTheResourceAreAskedForWhereTheChallengeNamesNone() {
        remote.resource.put("scopes_supported", List.of("all", "more"));
        remote.metadata.put("scopes_supported", List.of("all", "offline_access"));

        assertThat(askedFor()).containsEntry("scope", "all more offline_access");
    }

    @Test
    void moreScopeIsAskedForTogetherWithWhatThereIsAndNotForEver() {
        remote.challengeScope = ", scope=\"read\"";
        complete(askedFor());
        remote.neededScope = "write";

        for (int round = 0; round < 3; round++) {
            Map<String, String> more = askedFor();
            assertThat(more).containsEntry("scope", "read write");
            complete(more);
        }

        assertThat(refusal()).contains("still wants more scope");
    }

    @Test
    void anExpiredTokenIsRenewedOnceForAllCalls() {
        complete(askedFor());
        now.set(now.get().plus(Duration.ofHours(1)));

        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(send(remote.url("/mcp"), List.of()));
        }

        assertThat(calls).allSatisfy(call -> assertThat(get(call)).isEqualTo(200));
        assertThat(remote.refreshes).hasValue(1);
    }

    @Test
    void aTokenThatTheServerNoLongerTakesIsRenewedAndTheCallRepeated() {
        complete(askedFor());
        remote.accepted = "another";

        assertThat(call()).isEqualTo(200);
        assertThat(remote.refreshes).hasValue(1);
    }

    @Test
    void aClientThatWasRegisteredByHandIsUsedBeforeAnyOther() {
        exchanger.close();
        remote.metadata.put("client_id_metadata_document_supported", true);
        remote.metadata.put("token_endpoint_auth_methods_supported", List.of("client_secret_post"));
        exchanger = exchanger(
                Map.of(remote.issuer(), new ClientRegistration("ours", "hush", null)),
                URI.create("https://gateway.example/client.json"),
                Duration.ofSeconds(10));

        complete(askedFor());

        assertThat(parameters(remote.tokenRequests.remove()))
                .containsEntry("client_id", "ours")
                .containsEntry("client_secret", "hush");
        assertThat(remote.registrations).hasValue(0);
    }

    @Test
    void aMetadataDocumentIsUsedBeforeRegistration() {
        exchanger.close();
        remote.metadata.put("client_id_metadata_document_supported", true);
        exchanger = exchanger(Map.of(), URI.create("https://gateway.example/client.json"), Duration.ofSeconds(10));

        assertThat(askedFor()).containsEntry("client_id", "https://gateway.example/client.json");
        assertThat(remote.registrations).hasValue(0);
    }

    @Test
    void aHeaderOfTheConfigurationIsLeftAlone() {
        assertThat(get(send(remote.url("/mcp"), List.of("authorization", "Bearer mine"))))
                .isEqualTo(401);
        assertThat(remote.discoveries).hasValue(0);
    }

    private Map<String, String> askedFor() {
        GatewayException failure = failure(send(remote.url("/mcp"), List.of()));
        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED);
        String url = failure.getMessage().replaceAll(".*open (\\S+) within.*", "$1");
        return parameters(URI.create(url).getRawQuery());
    }

    private String refusal() {
        GatewayException failure = failure(send(remote.url("/mcp"), List.of()));
        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_REFUSED);
        return failure.getMessage();
    }

    private void complete(Map<String, String> asked) {
        get(exchanger
                .complete(Map.of("state", asked.get("state"), "code", "the-code"))
                .toCompletableFuture());
    }

    private void assertRefused(Map<String, String> asked, Map<String, String> more, String why) {
        Map<String, String> answer = new HashMap<>(more);
        answer.put("state", asked.get("state"));
        answer.put("code", "the-code");
        GatewayException failure = failure(exchanger.complete(answer).toCompletableFuture());
        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_REFUSED);
        assertThat(failure).hasMessageContaining(why);
    }

    private int call() {
        return get(send(remote.url("/mcp"), List.of()));
    }

    private CompletableFuture<Integer> send(URI url, List<String> headers) {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        AtomicReference<Integer> seen = new AtomicReference<>(0);
        exchanger.send(new HttpExchanger.Call("POST", url, headers, new byte[] {'x'}), new HttpExchanger.Listener() {
            @Override
            public void onHeaders(int code, Function<String, String> answer) {
                seen.set(code);
            }

            @Override
            public void onContent(ByteBuffer part) {}

            @Override
            public void onComplete() {
                status.complete(seen.get());
            }

            @Override
            public void onFailure(Throwable failure, boolean delivered) {
                status.completeExceptionally(failure);
            }
        });
        return status;
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static GatewayException failure(CompletableFuture<?> future) {
        try {
            throw new AssertionError("did not fail but gave " + future.get(30, TimeUnit.SECONDS));
        } catch (ExecutionException failed) {
            return (GatewayException) failed.getCause();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }
}

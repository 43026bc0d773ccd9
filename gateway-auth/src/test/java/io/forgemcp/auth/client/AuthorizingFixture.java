package io.forgemcp.auth.client;

import static io.forgemcp.auth.client.FakeAuthorization.parameters;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.JdkHttpExchanger;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A gateway, a server that wants tokens, a browser and a clock, for the tests of one topic each. */
abstract class AuthorizingFixture {
    static final URI HOME = URI.create("http://127.0.0.1:8080");
    static final String CALLBACK = "http://127.0.0.1:8080/oauth/callback";

    final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-26T07:00:00Z"));
    final GatewayStore store = new InMemoryStore();
    /** The cookie of the browser that began last. */
    final Map<String, String> cookies = new HashMap<>();

    OAuthClient client = OAuthClient.AUTOMATIC;
    FakeAuthorization remote;
    AuthorizingExchanger exchanger;

    @BeforeEach
    void start() throws IOException {
        remote = new FakeAuthorization();
        exchanger = exchanger();
    }

    @AfterEach
    void stop() {
        exchanger.close();
        remote.close();
    }

    AuthorizingExchanger exchanger() {
        AuthorizingExchanger made =
                new AuthorizingExchanger(new JdkHttpExchanger(), store, null, now::get, this::ticks);
        made.listensAt(HOME);
        return made;
    }

    private long ticks() {
        return Duration.between(Instant.EPOCH, now.get()).toNanos();
    }

    static OAuthClient ownRights() {
        return new OAuthClient(true, "ours", "hush", null, List.of(), null, OAuthClient.Grant.CLIENT_CREDENTIALS);
    }

    void restart() {
        exchanger.close();
        exchanger = exchanger();
    }

    /** What a person is asked for who does what the error says. */
    Map<String, String> askedFor() {
        GatewayException failure = failure(send(client(), remote.url("/mcp")));
        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_AUTHORIZATION_NEEDED);
        assertThat(failure).hasMessageContaining(HOME + "/oauth/start/far");
        AuthorizingExchanger.Beginning beginning =
                get(exchanger.begin(service()).toCompletableFuture());
        cookies.put(beginning.cookie(), beginning.value());
        return parameters(beginning.url().getRawQuery());
    }

    ServiceDefinition service() {
        return ServiceDefinition.http("far", remote.url("/mcp"))
                .launch(new Launch.Remote(remote.url("/mcp"), Map.of(), client))
                .build();
    }

    InstanceAddress.Http address(Map<String, String> headers) {
        return new InstanceAddress.Http(remote.url("/mcp"), headers, WireProtocol.STREAMABLE_HTTP, client);
    }

    HttpExchanger client() {
        return exchanger.towards("far", address(Map.of()));
    }

    String refusal() {
        GatewayException failure = failure(send(client(), remote.url("/mcp")));
        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_REFUSED);
        return failure.getMessage();
    }

    void complete(Map<String, String> asked) {
        get(exchanger
                .complete(Map.of("state", asked.get("state"), "code", "the-code"), cookies::get)
                .toCompletableFuture());
    }

    void assertRefused(Map<String, String> asked, Map<String, String> more, String why) {
        Map<String, String> answer = new HashMap<>(more);
        answer.put("state", asked.get("state"));
        answer.put("code", "the-code");
        assertRefused(exchanger.complete(answer, cookies::get), why);
    }

    static void assertRefused(CompletionStage<?> stage, String why) {
        GatewayException failure = failure(stage.toCompletableFuture());
        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_REFUSED);
        assertThat(failure).hasMessageContaining(why);
    }

    int call() {
        return get(send(client(), remote.url("/mcp")));
    }

    static CompletableFuture<Integer> send(HttpExchanger http, URI url) {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        AtomicReference<Integer> seen = new AtomicReference<>(0);
        http.send(new HttpExchanger.Call("POST", url, List.of(), new byte[] {'x'}), new HttpExchanger.Listener() {
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

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    static GatewayException failure(CompletableFuture<?> future) {
        try {
            throw new AssertionError("did not fail but gave " + future.get(30, TimeUnit.SECONDS));
        } catch (ExecutionException failed) {
            return (GatewayException) GatewayException.unwrap(failed);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }
}

package io.forgemcp.auth;

import io.forgemcp.gateway.security.Caller;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that have been verified, until they expire. Kept by SHA-256, so that a memory dump holds no token. Bounded: when
 * full it forgets everything and verifies anew, which costs microseconds. Thread-safe.
 */
final class VerifiedTokens {
    private static final int LIMIT = 10_000;

    private final InstantSource clock;
    private final Map<ByteBuffer, Entry> entries = new ConcurrentHashMap<>();

    private record Entry(CompletionStage<Caller> caller, Instant expires) {}

    VerifiedTokens(InstantSource clock) {
        this.clock = clock;
    }

    @Nullable
    CompletionStage<Caller> find(String token) {
        ByteBuffer key = hash(token);
        Entry entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        if (!entry.expires.isAfter(clock.instant())) {
            entries.remove(key);
            return null;
        }
        return entry.caller;
    }

    CompletionStage<Caller> remember(String token, Caller caller, Instant expires) {
        if (entries.size() >= LIMIT) {
            entries.clear();
        }
        CompletionStage<Caller> stage = CompletableFuture.completedStage(caller);
        entries.put(hash(token), new Entry(stage, expires));
        return stage;
    }

    private static ByteBuffer hash(String token) {
        try {
            return ByteBuffer.wrap(
                    MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java has SHA-256", impossible);
        }
    }
}

package io.forgemcp.server.http;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Names requests for logs and answers. Unique, not secret. Thread-safe. */
final class RequestIds {
    private static final int MAX_LENGTH = 128;

    private final String prefix = Integer.toHexString(new SecureRandom().nextInt() | 0x1000_0000) + "-";
    private final AtomicLong count = new AtomicLong();

    /** The id that the client gave if it can stand in a header and a log line, else a new one. */
    String of(@Nullable String given) {
        return given != null && isSane(given) ? given : prefix + Long.toHexString(count.incrementAndGet());
    }

    private static boolean isSane(String id) {
        if (id.isEmpty() || id.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean allowed = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-_.:/+=@".indexOf(c) >= 0;
            if (!allowed) {
                return false;
            }
        }
        return true;
    }
}

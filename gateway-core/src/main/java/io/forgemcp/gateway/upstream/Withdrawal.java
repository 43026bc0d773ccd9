package io.forgemcp.gateway.upstream;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whether a question to a client is withdrawn, and what is to be done then. Thread-safe. */
public final class Withdrawal {
    private @Nullable String reason;
    private @Nullable Consumer<String> action;

    /** Has this done with the reason when the question is withdrawn; at once if it is already. */
    public void then(Consumer<String> wanted) {
        String known;
        synchronized (this) {
            known = reason;
            if (known == null) {
                action = wanted;
            }
        }
        if (known != null) {
            wanted.accept(known);
        }
    }

    /** @param why for people */
    public void withdraw(String why) {
        Consumer<String> wanted;
        synchronized (this) {
            reason = why;
            wanted = action;
            action = null;
        }
        if (wanted != null) {
            wanted.accept(why);
        }
    }
}

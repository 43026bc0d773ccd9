package io.forgemcp.auth.client;

import java.util.LinkedHashMap;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What became of asking for more rights at one service ({@code insufficient_scope}), so that it ends: scopes that were
 * refused, or that did not help, are not asked for again for a while, and neither are ever new ones. Thread-safe.
 */
final class StepUps {
    /** A server that is not content with the scopes that it asked for is given up after so many more rounds. */
    private static final int MAX_ROUNDS = 2;

    /** Tokens with more rights that are got without a person in {@link SingleUse#PATIENCE}, whatever the server names. */
    private static final int MAX_TOKENS = 10;

    private static final int MAX_REMEMBERED = 32;

    private final LongSupplier ticks;
    /** When which scopes were refused, and why; the oldest first. */
    private final LinkedHashMap<Set<String>, Refusal> refused = new LinkedHashMap<>();

    private int rounds;
    private int tokens;
    private long countedSince;

    private record Refusal(String reason, long at) {}

    /** @param ticks nanoseconds that only ever go forward */
    StepUps(LongSupplier ticks) {
        this.ticks = ticks;
        this.countedSince = ticks.getAsLong();
    }

    /**
     * Why this challenge is not met; null if more may be asked for.
     *
     * @param person whether a person is asked, who notices when it does not end and may change something in between
     */
    synchronized @Nullable String objection(Challenge challenge, Granted current, boolean person) {
        Set<String> wanted = challenge.scopes();
        Refusal before = refused.get(wanted);
        if (before != null && !isOver(before.at)) {
            return before.reason;
        }
        if (rounds < MAX_ROUNDS || !current.scopes().containsAll(wanted)) {
            return null;
        }
        String reason = "the server wants more than the scopes \"" + String.join(" ", current.scopes())
                + "\", which it was given. Ask its operator which rights the call needs.";
        if (!person) {
            refuse(wanted, reason);
        }
        return reason;
    }

    /** Why no token with more rights is got without a person now; null if there is no reason, and then it is counted. */
    synchronized @Nullable String count() {
        if (isOver(countedSince)) {
            countedSince = ticks.getAsLong();
            tokens = 0;
        }
        if (tokens >= MAX_TOKENS) {
            return "the server named more and more scopes, and " + MAX_TOKENS + " tokens in "
                    + SingleUse.PATIENCE.toMinutes()
                    + " minutes did not do. Ask its operator which rights the calls need,"
                    + " and write them into oauth.scopes.";
        }
        tokens++;
        return null;
    }

    private boolean isOver(long since) {
        return ticks.getAsLong() - since >= SingleUse.PATIENCE.toNanos();
    }

    /** These scopes are not given, or do not help. */
    synchronized void refuse(Set<String> scopes, String reason) {
        refused.remove(scopes);
        if (refused.size() >= MAX_REMEMBERED) {
            refused.remove(refused.keySet().iterator().next());
        }
        refused.put(Set.copyOf(scopes), new Refusal(reason, ticks.getAsLong()));
    }

    /** @param before what was there before the token that is there now */
    synchronized void granted(Need need, @Nullable Granted before) {
        boolean nothingNew = before != null && before.scopes().containsAll(need.scopes());
        rounds = need.more() && nothingNew ? rounds + 1 : 0;
    }

    /** A new beginning. */
    synchronized void forget() {
        refused.clear();
        rounds = 0;
        tokens = 0;
    }
}

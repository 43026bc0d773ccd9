package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.endpoint.CallTally;
import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which share of all calls has failed since this was last asked. For one caller at a time. */
public final class FailureRate implements Supplier<@Nullable Double> {
    /** Fewer calls say nothing about the whole. */
    private static final long LEAST = 20;

    private final Supplier<Collection<CallTally>> tallies;
    private long calls;
    private long failures;

    public FailureRate(Supplier<Collection<CallTally>> tallies) {
        this.tallies = tallies;
    }

    /** From 0 to 1; null if too few calls have ended to say. */
    @Override
    public @Nullable Double get() {
        long allCalls = 0;
        long allFailures = 0;
        for (CallTally tally : tallies.get()) {
            CallTally.Reading reading = tally.read();
            allCalls += reading.calls();
            allFailures += reading.failures();
        }
        long newCalls = allCalls - calls;
        if (newCalls < LEAST) {
            return null;
        }
        double rate = (double) (allFailures - failures) / newCalls;
        calls = allCalls;
        failures = allFailures;
        return rate;
    }
}

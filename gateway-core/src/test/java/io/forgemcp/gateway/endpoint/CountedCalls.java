package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.service.ServiceName;
import java.util.HashMap;
import java.util.Map;

/** Calls that the test counts by hand, for tests of other packages. */
public final class CountedCalls {
    private final Map<ServiceName, CallTally> tallies = new HashMap<>();

    public Map<ServiceName, CallTally> tallies() {
        return tallies;
    }

    /** A call that took a millisecond and ends just now. */
    public void call(String service) {
        long now = System.nanoTime();
        tallies.computeIfAbsent(ServiceName.of(service), name -> new CallTally())
                .ended(now - 1_000_000, now, false);
    }

    /** Calls of which some failed. */
    public void ended(String service, int good, int failed) {
        CallTally tally = tallies.computeIfAbsent(ServiceName.of(service), name -> new CallTally());
        long now = System.nanoTime();
        for (int i = 0; i < good + failed; i++) {
            tally.ended(now - 1_000_000, now, i < failed);
        }
    }
}

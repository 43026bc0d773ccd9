package io.forgemcp.gateway.lifecycle;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a runtime works, and how deeply its instances can sleep on this host.
 *
 * @param name for example {@code docker}
 * @param problem why it can run nothing just now, for people; null if it works
 * @param withheldDepths depths that it knows and does not offer here, with the reasons
 */
public record RuntimeStatus(String name, @Nullable String problem, Map<SleepDepth, String> withheldDepths) {
    public RuntimeStatus {
        withheldDepths = Map.copyOf(withheldDepths);
    }
}

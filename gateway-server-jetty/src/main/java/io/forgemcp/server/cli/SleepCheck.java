package io.forgemcp.server.cli;

import io.forgemcp.docker.SleepOffer;
import java.util.Locale;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How deeply containers can sleep on this machine, and what keeps them from more. */
final class SleepCheck {
    private static final Logger LOG = LoggerFactory.getLogger(SleepCheck.class);
    private static final String ITEM = "container sleep";

    private SleepCheck() {}

    /** @param docker what the check of the engine found */
    static Diagnosis run(String host, Diagnosis docker) {
        if (docker.verdict() != Diagnosis.Verdict.PASS) {
            return Diagnosis.notApplicable(ITEM, "no engine to ask");
        }
        try {
            return Diagnosis.pass(ITEM, describe(SleepOffer.ask(host)));
        } catch (RuntimeException failure) {
            LOG.debug("event=sleep_offer_unknown", failure);
            return Diagnosis.notApplicable(ITEM, "the engine did not say what its host can do");
        }
    }

    static String describe(SleepOffer offer) {
        String depths = offer.offered().stream()
                .map(depth -> depth.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        String why = offer.withheld().values().stream().distinct().collect(Collectors.joining("; "));
        return depths + "; cgroup v" + offer.host().cgroupVersion() + ", swap: " + offer.swapKind()
                + (why.isEmpty() ? "" : "; no deeper: " + why)
                + (offer.host().liveRestore() ? "" : "; containers end with the engine (live-restore is off)");
    }
}

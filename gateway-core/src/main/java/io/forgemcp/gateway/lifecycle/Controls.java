package io.forgemcp.gateway.lifecycle;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What may change for all services while the gateway runs. Thread-safe. */
final class Controls {
    private volatile SleepSettings sleep;
    private volatile @Nullable HealthProbe probe;
    private volatile LearntWakes learnt = new LearntWakes(Map.of());
    private volatile int haste = 1;
    private volatile ClientAbsence absence = ClientAbsence.UNKNOWN;

    Controls(SleepSettings sleep) {
        this.sleep = sleep;
    }

    SleepSettings sleep() {
        return sleep;
    }

    void sleep(SleepSettings value) {
        sleep = value;
    }

    /** Asks instances whether they are well; null while nobody can. */
    @Nullable
    HealthProbe probe() {
        return probe;
    }

    void probe(HealthProbe value) {
        probe = value;
    }

    /**
     * Whether it has been spoken to and has not said its first word. Nothing runs there yet for those inside, and a server
     * that never speaks would be beyond every order while they wait for it: no command waits for them.
     */
    boolean isBeginning(LiveInstance live) {
        HealthProbe asking = probe;
        return asking != null && asking.isBeginning(live.target());
    }

    /** What is known of wakes, also those of an earlier process. */
    LearntWakes learnt() {
        return learnt;
    }

    void learnt(LearntWakes value) {
        learnt = value;
    }

    /** By how much idle timeouts are divided; 1 unless in an emergency. */
    int haste() {
        return haste;
    }

    void haste(int value) {
        haste = value;
    }

    ClientAbsence absence() {
        return absence;
    }

    void absence(ClientAbsence value) {
        absence = value;
    }
}

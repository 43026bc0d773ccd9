package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.ServiceState.ERROR;
import static io.forgemcp.gateway.lifecycle.ServiceState.RUNNING;
import static io.forgemcp.gateway.lifecycle.ServiceState.SLEEPING;
import static io.forgemcp.gateway.lifecycle.ServiceState.STARTING;
import static io.forgemcp.gateway.lifecycle.ServiceState.STOPPED;
import static io.forgemcp.gateway.lifecycle.ServiceState.STOPPING;
import static io.forgemcp.gateway.lifecycle.ServiceState.WAKING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class StateTableTest {
    /** Written out by hand, so that a change of the table has to be made twice. */
    private static final Set<String> LEGAL = Set.of(
            "stopped-starting",
            "starting-running",
            "starting-sleeping",
            "starting-error",
            "starting-stopping",
            "running-sleeping",
            "running-stopping",
            "running-error",
            "sleeping-waking",
            "sleeping-running",
            "sleeping-sleeping",
            "sleeping-stopping",
            "sleeping-error",
            "waking-running",
            "waking-stopping",
            "waking-error",
            "stopping-stopped",
            "stopping-error",
            "error-starting",
            "error-stopped");

    @Test
    void everyPairOfStatesIsEitherLegalOrNotAsWrittenHere() {
        Set<String> allowed = new TreeSet<>();
        for (ServiceState from : ServiceState.values()) {
            for (ServiceState to : ServiceState.values()) {
                if (StateTable.allows(from, to)) {
                    allowed.add(from.label() + "-" + to.label());
                }
            }
        }
        assertThat(allowed).containsExactlyInAnyOrderElementsOf(LEGAL);
    }

    @Test
    void aServiceIsAsAwakeAsItsMostAwakeInstance() {
        assertThat(StateTable.combined(List.of())).isEqualTo(STOPPED);
        assertThat(StateTable.combined(List.of(STOPPED, ERROR))).isEqualTo(ERROR);
        assertThat(StateTable.combined(List.of(ERROR, STOPPING, SLEEPING))).isEqualTo(SLEEPING);
        assertThat(StateTable.combined(List.of(SLEEPING, STARTING))).isEqualTo(STARTING);
        assertThat(StateTable.combined(List.of(STARTING, WAKING))).isEqualTo(WAKING);
        assertThat(StateTable.combined(List.of(WAKING, RUNNING, ERROR))).isEqualTo(RUNNING);
    }
}

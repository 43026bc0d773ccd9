package io.forgemcp.gateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeaseGateTest {
    private final LeaseGate gate = new LeaseGate();

    @Test
    void nobodyEntersBeforeItIsOpened() {
        assertThat(gate.tryEnter()).isFalse();
        gate.open();
        assertThat(gate.tryEnter()).isTrue();
        assertThat(gate.inside()).isEqualTo(1);
    }

    @Test
    void itClosesForSleepOnlyWhenItIsEmpty() {
        gate.open();
        gate.tryEnter();
        assertThat(gate.closeIfEmpty()).isFalse();
        assertThat(gate.tryEnter()).isTrue();
        assertThat(gate.leave()).isEqualTo(1);
        assertThat(gate.leave()).isZero();
        assertThat(gate.closeIfEmpty()).isTrue();
        assertThat(gate.tryEnter()).isFalse();
    }

    @Test
    void shutItKeepsThoseInsideAndCanBeOpenedAgain() {
        gate.open();
        gate.tryEnter();
        gate.shut();
        assertThat(gate.tryEnter()).isFalse();
        assertThat(gate.inside()).isEqualTo(1);
        gate.open();
        assertThat(gate.inside()).isEqualTo(1);
        assertThat(gate.tryEnter()).isTrue();
    }

    @Test
    void aClosedGateDoesNotCountAsEmptyForSleep() {
        assertThat(gate.closeIfEmpty()).isFalse();
    }

    @Test
    void whoYieldsIsInsideForSleepAndNoCallForOrders() {
        gate.open();
        gate.tryEnter();
        gate.tryEnter();
        assertThat(gate.beginYielding()).isEqualTo(1);
        assertThat(gate.inside()).isEqualTo(2);
        assertThat(gate.calls()).isEqualTo(1);

        assertThat(gate.leave()).as("calls left").isZero();
        assertThat(gate.inside()).isEqualTo(1);
        assertThat(gate.closeIfEmpty()).isFalse();
        assertThat(gate.isOpen()).isTrue();

        assertThat(gate.leaveYielding()).as("anybody left").isZero();
        assertThat(gate.closeIfEmpty()).isTrue();
    }
}

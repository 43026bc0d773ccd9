package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import org.jspecify.annotations.Nullable;

/** Hears what happens in a {@link Slot}, on the service's mailbox. */
interface SlotListener {
    /** @param asleep whether the new state is a sleep: also true when an instance is stopped in order to sleep */
    void changed(Slot slot, ServiceState to, String reason, boolean asleep);

    /** The state is what it was, but there is something to tell: a sleep has become deeper. */
    void noted(Slot slot, String what);

    /** The last lease has ended; told only while watched. */
    void emptied(Slot slot);

    void ended(Slot slot, InstanceId instance, String reason);

    /** Whether a server that runs elsewhere can be reached. @param problem why not; null if it can */
    void reachable(@Nullable String problem);

    /** What its instances' ends and naps are told to. */
    ServiceRuntime.ExitListener exits();

    /** An instance may still be there although it should be gone. @param reason for people */
    void unconfirmed(InstanceId instance, String reason);

    /** Whether the service has as many running instances as it must have without the one in this slot. */
    boolean enoughWithout(Slot slot);
}

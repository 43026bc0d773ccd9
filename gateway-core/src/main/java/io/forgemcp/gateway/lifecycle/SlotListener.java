package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;

/** Hears what happens in a {@link Slot}, on the service's mailbox. */
interface SlotListener {
    /** @param asleep whether the new state is a sleep: also true when an instance is stopped in order to sleep */
    void changed(Slot slot, ServiceState to, String reason, boolean asleep);

    /** The last lease has ended; told only while watched. */
    void emptied(Slot slot);

    void ended(Slot slot, InstanceId instance, String reason);

    /** Whether the service has as many running instances as it must have without the one in this slot. */
    boolean enoughWithout(Slot slot);
}

package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.function.Supplier;

/**
 * What the slots of one service share.
 *
 * @param kept how long idle instances stay awake, whatever their policy says
 * @param ids hands out the id of each new instance
 */
record SlotContext(
        ServiceDefinition service,
        LifecycleScope scope,
        Mailbox mailbox,
        RuntimeCalls calls,
        DepthBook depths,
        KeptAwake kept,
        Orders orders,
        Supplier<InstanceId> ids,
        SlotListener listener) {}

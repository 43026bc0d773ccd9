package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.concurrent.CompletionStage;

/**
 * Starts instances of services somewhere: processes, containers, objects. A plugin interface. The lifecycle calls it
 * from the service's own mailbox, one command at a time for each instance; methods must not block, work goes to threads
 * of the runtime's own. Implementations are thread-safe across instances.
 */
public interface ServiceRuntime extends AutoCloseable {
    /** A short name for people: {@code process}, {@code docker}, {@code remote}, {@code java}. */
    String name();

    /** Whether this runtime can run the service here and now; the first that can is used. Must be quick. */
    boolean supports(ServiceDefinition service);

    /**
     * Starts one instance. The stage completes when it can be spoken to (for HTTP: when the port answers) and fails with
     * a {@code GatewayException} that says what is wrong and what to do; nothing may be left behind then.
     *
     * @param exits told once if the instance later ends without having been asked to
     */
    CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits);

    /**
     * A start under way is not wanted any more. A runtime that can may end it early; in any case the stage that {@link
     * #start} returned completes, and an instance that still arrives is stopped. Does nothing by default.
     */
    default void abandon(InstanceId id) {}

    /** Ends every instance that is left. Idempotent. */
    @Override
    default void close() {}

    /** Hears that an instance ended on its own. */
    @FunctionalInterface
    interface ExitListener {
        /** @param reason for people, for example the exit status and the last line of standard error */
        void exited(InstanceId id, String reason);
    }
}

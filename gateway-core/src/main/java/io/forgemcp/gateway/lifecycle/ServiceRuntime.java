package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
     * What it would refuse at a start and can tell without one: for the key of {@code services.yml} what is wrong and what to
     * do, without a full stop. Asked before a service is registered at run time, if this is the runtime that would run it;
     * may look at files. Nothing by default.
     */
    default Map<String, String> objections(ServiceDefinition service) {
        return Map.of();
    }

    /**
     * Fetches what a start of this service needs and may be long in coming, its image say. Asked before a start takes its turn
     * among the starts of all services, so that whoever waits for a download keeps nobody else waiting; {@link #start} follows
     * if it succeeds. May go on after nobody waits for it any more. Nothing to fetch by default.
     *
     * @return fails with a {@code GatewayException} that says what is missing and what to do
     */
    default CompletionStage<Void> prepare(ServiceDefinition service) {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * Starts one instance. The stage completes when it can be spoken to (for HTTP: when the port answers) and fails with
     * a {@code GatewayException} that says what is wrong and what to do; nothing may be left behind then.
     *
     * @param exits told once if the instance later ends without having been asked to
     */
    CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits);

    /**
     * The instances of this service that an earlier gateway left behind, running or asleep, to be taken over instead of
     * started anew; those that cannot be taken over (another configuration, not healthy, one too many) the runtime removes
     * itself. Called once, before the first {@link #start} of the service. None by default.
     *
     * @param ids hands out the id of each instance that is taken over
     * @param exits as for {@link #start}
     */
    default CompletionStage<List<Adopted>> adopt(
            ServiceDefinition service, Supplier<InstanceId> ids, ExitListener exits) {
        return CompletableFuture.completedFuture(List.of());
    }

    /**
     * Which depths this runtime withholds on this host although it knows them, and why, for people: no swap, an unsafe
     * kernel. Empty by default. Must be quick.
     */
    default Map<SleepDepth, String> withheldDepths() {
        return Map.of();
    }

    /**
     * Why it can run nothing just now, for people: its engine does not answer, say. Null if it works. May ask and wait for
     * some hundred milliseconds; not called from the path of a call.
     */
    default @Nullable String problem() {
        return null;
    }

    /**
     * A start under way is not wanted any more. A runtime that can may end it early; in any case the stage that {@link
     * #start} returned completes, and an instance that still arrives is stopped. Does nothing by default.
     */
    default void abandon(InstanceId id) {}

    /** Ends every instance that is left. Idempotent. */
    @Override
    default void close() {}

    /**
     * An instance that was found.
     *
     * @param depth how deeply it sleeps; null if it is awake
     */
    record Adopted(Instance instance, @Nullable SleepDepth depth) {}

    /** Hears what happens to an instance that nobody here asked for. May be called from any thread. */
    @FunctionalInterface
    interface ExitListener {
        /** It ended on its own. @param reason for people, for example the exit status and the last line of standard error */
        void exited(InstanceId id, String reason);

        /**
         * It has ended on its own; {@link #exited} or {@link #endedByHand} follows as soon as the reason is known. May be left
         * out: then calls are sent to it until the reason is known, and fail. Ignored by default.
         */
        default void ending(InstanceId id) {}

        /**
         * Somebody ended it on purpose by other means than this gateway ({@code docker stop} by hand, say): nothing is wrong
         * with the service, which is stopped then and not in error. Told instead of {@link #exited}, which is what it means
         * to those who do not tell the two apart.
         *
         * @param reason for people
         */
        default void endedByHand(InstanceId id, String reason) {
            exited(id, reason);
        }

        /**
         * What an instance wrote for people whose start has failed, oldest first. Told before the stage of the start fails,
         * because nobody has the instance to ask it; of one that has come to serve its {@link Instance#logs} tell. Ignored by
         * default.
         */
        default void wrote(InstanceId id, List<String> lines) {}

        /**
         * Somebody froze it by other means than this gateway ({@code docker pause} by hand, say), or thawed it. Not called
         * for what {@link Instance#sleep} and {@link Instance#wake} do. While it is being started, woken or put to sleep
         * this changes nothing; {@link Instance#frozen} is read once that has ended. Ignored by default.
         *
         * @param depth how deeply it sleeps now; null if it is awake
         */
        default void observed(InstanceId id, @Nullable SleepDepth depth) {}
    }
}

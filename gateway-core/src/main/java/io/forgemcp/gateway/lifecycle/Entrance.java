package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one slot has to pass before its instance may be awake: {@link Admission}. Owned by the slot's mailbox. What
 * runs elsewhere or inside the gateway costs nothing and is always let in.
 */
final class Entrance implements Admission.Applicant {
    private final ServiceDefinition service;
    private final Admission admission;
    private final Mailbox mailbox;
    private final Supplier<@Nullable Demand> demand;
    private final Runnable opened;
    private final Consumer<GatewayException> closed;
    private final Runnable fetch;
    private volatile @Nullable LiveInstance live;
    private boolean asking;
    private boolean outside;
    private @Nullable Reentry reentry;

    /** What goes on once whoever stepped out is in again, or is not let in. */
    private record Reentry(Runnable inside, Consumer<? super GatewayException> refused) {}

    /**
     * @param demand who wants it to be awake; asked from any thread
     * @param opened told on the mailbox if a request that had to wait has been granted
     * @param closed told on the mailbox if it was refused
     * @param fetch begins to fetch what a start needs, because there is time while it waits
     */
    Entrance(
            ServiceDefinition service,
            Admission admission,
            Mailbox mailbox,
            Supplier<@Nullable Demand> demand,
            Runnable opened,
            Consumer<GatewayException> closed,
            Runnable fetch) {
        this.service = service;
        this.admission = admission;
        this.mailbox = mailbox;
        this.demand = demand;
        this.opened = opened;
        this.closed = closed;
        this.fetch = fetch;
    }

    /** Whether the instance may be awake now; if not, it is told later. */
    boolean pass() {
        if (!service.sleepable()) {
            return true;
        }
        if (asking) {
            return false;
        }
        if (admission.enter(this)) {
            return true;
        }
        asking = true;
        if (live == null) {
            fetch.run();
        }
        return false;
    }

    /** Leaves the place that it has to others, because what it needs has to be fetched first. */
    void stepOut() {
        if (service.sleepable() && !asking) {
            outside = true;
            admission.gone(this);
        }
    }

    /**
     * Takes a place again after {@link #stepOut}, in its turn; goes on at once without it.
     *
     * @param inside run on the mailbox
     * @param refused the same
     */
    void stepIn(Runnable inside, Consumer<? super GatewayException> refused) {
        if (!outside) {
            inside.run();
            return;
        }
        outside = false;
        // Before asking: the answer may come at once.
        asking = true;
        reentry = new Reentry(inside, refused);
        if (admission.enter(this)) {
            asking = false;
            reentry = null;
            inside.run();
        }
    }

    /** It is not wanted any more: whoever waits to step in again goes on without a place. */
    void giveUp() {
        Reentry waiting = reentry;
        if (waiting != null) {
            reentry = null;
            asking = false;
            admission.gone(this);
            waiting.inside().run();
        }
    }

    /** Why it has to wait, for people. */
    String reason() {
        return admission.reason(this);
    }

    /** The slot is in this state now. */
    void moved(ServiceState state, @Nullable LiveInstance current) {
        live = current;
        if (service.sleepable()) {
            if (state != ServiceState.STARTING && state != ServiceState.WAKING && state != ServiceState.STOPPING) {
                // A request that waits is taken back with it; whoever still wants something asks again.
                asking = false;
                outside = false;
                reentry = null;
            }
            switch (state) {
                case RUNNING -> admission.found(this);
                case SLEEPING -> admission.asleep(this);
                case STOPPED, ERROR -> admission.gone(this);
                default -> {}
            }
        }
    }

    /** Leave to be awake that came when nobody wanted it any more is left to others. */
    void giveBack(ServiceState state, @Nullable LiveInstance current) {
        if (!asking) {
            moved(state, current);
        }
    }

    @Override
    public ServiceDefinition service() {
        return service;
    }

    @Override
    public @Nullable Demand demand() {
        return demand.get();
    }

    /** Whether a call waits for it, now. Any thread. */
    boolean called() {
        Demand now = demand.get();
        return now != null && now.kind() == Demand.Kind.CALL;
    }

    @Override
    public long memoryBytes() {
        return awakeMemory(service, live);
    }

    @Override
    public long keptBytes() {
        return keptMemory(service, live);
    }

    /**
     * What an instance counts for while it is awake, or asks to be: the larger of what was measured last while it was awake and
     * of what is set aside for it; its ceiling if neither is known.
     */
    static long awakeMemory(ServiceDefinition service, @Nullable LiveInstance current) {
        long measured = current == null ? 0 : current.meter().lastAwakeMemory();
        Long reserved = service.resources().memoryReservationBytes();
        return measured == 0
                ? service.resources().expectedMemoryBytes()
                : Math.max(measured, reserved == null ? 0 : reserved);
    }

    /** What an instance counts for while it sleeps: what was measured last. */
    static long keptMemory(ServiceDefinition service, @Nullable LiveInstance current) {
        long measured = current == null ? 0 : current.meter().lastTrueMemory();
        return measured > 0 ? measured : service.resources().expectedMemoryBytes();
    }

    @Override
    public void admitted() {
        mailbox.tell(() -> {
            asking = false;
            Reentry waiting = reentry;
            reentry = null;
            if (waiting == null) {
                opened.run();
            } else {
                waiting.inside().run();
            }
        });
    }

    @Override
    public void refused(GatewayException reason) {
        mailbox.tell(() -> {
            asking = false;
            Reentry waiting = reentry;
            reentry = null;
            if (waiting == null) {
                closed.accept(reason);
            } else {
                waiting.refused().accept(reason);
            }
        });
    }
}

package io.forgemcp.gateway.event;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells everybody who asked. Listeners run on the publisher's thread and must be quick; what a listener throws is logged
 * and reaches nobody else. Thread-safe.
 */
public final class EventBus {
    private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

    private final List<Consumer<? super GatewayEvent>> listeners = new CopyOnWriteArrayList<>();

    /** Hears everything from now on, until the returned subscription is closed. */
    public Subscription subscribe(Consumer<? super GatewayEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    public void publish(GatewayEvent event) {
        for (Consumer<? super GatewayEvent> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException failure) {
                LOG.error("A listener failed on {}", event.type(), failure);
            }
        }
    }

    /** Ends a subscription. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}

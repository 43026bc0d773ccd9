package io.forgemcp.server.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Somebody wants the process to stop: Ctrl-C, a SIGTERM or the end of the terminal. The first request lets the command
 * finish in order; the second one means now. Thread-safe.
 */
final class StopRequest {
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

    private final CountDownLatch requested = new CountDownLatch(1);
    private final Runnable now;

    /** @param now what a second request does; it must not return to normal work */
    StopRequest(Runnable now) {
        this.now = now;
    }

    /**
     * Listens to the signals. The type for that is no part of Java SE, though every JDK has it, so it is looked up at
     * run time; without it the signals end the process as they would have.
     */
    StopRequest onSignals() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object receiver = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getDeclaringClass() == handler) {
                            request();
                            return null;
                        }
                        return switch (method.getName()) {
                            case "equals" -> arguments != null && proxy == arguments[0];
                            case "hashCode" -> System.identityHashCode(this);
                            default -> "StopRequest";
                        };
                    });
            for (String name : SIGNALS) {
                Object instance = signal.getConstructor(String.class).newInstance(name);
                handle(signal, handler, instance, receiver);
            }
        } catch (ReflectiveOperationException withoutSignals) {
            return this;
        }
        return this;
    }

    private static void handle(Class<?> signal, Class<?> handler, Object instance, Object receiver)
            throws ReflectiveOperationException {
        try {
            signal.getMethod("handle", signal, handler).invoke(null, instance, receiver);
        } catch (InvocationTargetException taken) {
            // A JVM that keeps a signal for itself refuses it here; the other signals still work.
            if (!(taken.getCause() instanceof IllegalArgumentException)) {
                throw taken;
            }
        }
    }

    /** Asks to stop, once more each time. */
    void request() {
        if (isRequested()) {
            now.run();
        }
        requested.countDown();
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits for the first request. */
    void await() {
        try {
            requested.await();
        } catch (InterruptedException e) {
            // Whoever interrupts the main thread wants it to end.
            Thread.currentThread().interrupt();
        }
    }
}

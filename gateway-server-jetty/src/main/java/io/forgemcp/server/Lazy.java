package io.forgemcp.server;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Made when it is first asked for, once. What nobody asks for costs no time at the start. Thread-safe. */
final class Lazy<T> implements Supplier<T> {
    private final Supplier<T> maker;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable T made;

    Lazy(Supplier<T> maker) {
        this.maker = maker;
    }

    @Override
    public T get() {
        T known = made;
        if (known != null) {
            return known;
        }
        lock.lock();
        try {
            known = made;
            if (known == null) {
                known = maker.get();
                made = known;
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    /** It, if anybody has asked for it. */
    Optional<T> ifMade() {
        return Optional.ofNullable(made);
    }
}

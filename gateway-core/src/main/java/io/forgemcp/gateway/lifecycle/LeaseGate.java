package io.forgemcp.gateway.lifecycle;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The door to one running instance, and the count of those inside.
 *
 * <p>Every call passes here, so this is the one place of the lifecycle that must not wait for anybody. Both facts that
 * a call needs, whether the instance is awake and how many use it, share one 64-bit word: bit 62 says open, the 32 lowest
 * bits count the calls inside, those between the others: they want the instance awake, but {@link Lease#yielding yield} to
 * an order. A call enters by adding one in a compare-and-set that fails if the door is closed; it cannot slip in
 * while the door is being closed, because closing for sleep is a compare-and-set from exactly "open, nobody inside".
 * So either a call gets in and the instance stays awake, or the door closes and the call takes the slow way through the
 * service's mailbox, which wakes the instance again. There is no third outcome and no lock.
 *
 * <p>Only the service's owner opens and closes; anybody enters and leaves. A gate lives as long as its instance: leases
 * on an instance that has crashed never count for its successor.
 */
final class LeaseGate {
    private static final long OPEN = 1L << 62;
    private static final int YIELDING_SHIFT = 32;
    private static final long ONE_YIELDING = 1L << YIELDING_SHIFT;
    private static final long CALLS = ONE_YIELDING - 1;

    private final AtomicLong word = new AtomicLong();

    /** Goes in if the door is open. */
    boolean tryEnter() {
        long seen = word.get();
        while ((seen & OPEN) != 0) {
            long before = word.compareAndExchange(seen, seen + 1);
            if (before == seen) {
                return true;
            }
            seen = before;
        }
        return false;
    }

    /** A call goes out. @return how many calls are left inside */
    long leave() {
        return word.decrementAndGet() & CALLS;
    }

    /** A call inside becomes one that yields. @return how many calls are left inside */
    long beginYielding() {
        return word.addAndGet(ONE_YIELDING - 1) & CALLS;
    }

    /** One that yields goes out. @return how many of whatever kind are left inside */
    long leaveYielding() {
        return count(word.addAndGet(-ONE_YIELDING));
    }

    void open() {
        word.getAndUpdate(seen -> seen | OPEN);
    }

    /** Whether whoever comes now is let in. */
    boolean isOpen() {
        return (word.get() & OPEN) != 0;
    }

    /** Closes the door if nobody is inside. */
    boolean closeIfEmpty() {
        return word.compareAndSet(OPEN, 0);
    }

    /** Closes the door if nobody is inside but those that yield. */
    boolean closeIfOnlyYielding() {
        long seen = word.get();
        while ((seen & OPEN) != 0 && (seen & CALLS) == 0) {
            long before = word.compareAndExchange(seen, seen & ~OPEN);
            if (before == seen) {
                return true;
            }
            seen = before;
        }
        return false;
    }

    /** Lets nobody else in; those inside stay. */
    void shut() {
        word.getAndUpdate(seen -> seen & ~OPEN);
    }

    /** How many are inside of whatever kind: none of them lets it sleep. */
    long inside() {
        return count(word.get());
    }

    /** How many are inside without those that yield: an order waits for them. */
    long calls() {
        return word.get() & CALLS;
    }

    /** How many are inside that yield. */
    long yielding() {
        return yielding(word.get());
    }

    private static long count(long word) {
        return (word & CALLS) + yielding(word);
    }

    private static long yielding(long word) {
        return (word & ~OPEN) >>> YIELDING_SHIFT;
    }
}

package io.forgemcp.gateway.lifecycle.process;

/**
 * A child and everything that came of it.
 *
 * @param pid of the child, which leads its group if it has one of its own
 * @param own whether it has a process group of its own; without, signals reach the child alone
 * @param marker the value of {@link Warden#MARKER} in its environment, which descendants inherit
 */
record ProcessGroup(long pid, boolean own, String marker) {
    /** As {@code kill} takes it: a negative number means a whole group. */
    String target() {
        return own ? "-" + pid : Long.toString(pid);
    }
}

package io.forgemcp.gateway.lifecycle;

/** The seven states of a service. Which may follow which stands in {@code StateTable}. */
public enum ServiceState {
    STOPPED,
    STARTING,
    RUNNING,
    SLEEPING,
    WAKING,
    STOPPING,
    ERROR;

    /** The lower-case name of the HTTP contract. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}

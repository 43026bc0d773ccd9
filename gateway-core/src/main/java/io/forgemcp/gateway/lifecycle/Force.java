package io.forgemcp.gateway.lifecycle;

/** Whether a command overrides the service's policy. Calls in flight are never overridden. */
public enum Force {
    /** The policy is kept: the least time awake, the least number of instances. */
    NO,
    /** The policy is set aside for this one command. */
    YES
}

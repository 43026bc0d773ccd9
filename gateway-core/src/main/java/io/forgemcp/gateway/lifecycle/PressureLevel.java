package io.forgemcp.gateway.lifecycle;

/** How scarce memory and processors are, least first. */
public enum PressureLevel {
    NONE,
    /** Sleeping services go as deep as they may. */
    LOW,
    /** Idle services of low priority are put to sleep. */
    MODERATE,
    /** Idle services of normal and high priority are put to sleep too, and the longest asleep are stopped. */
    HIGH
}

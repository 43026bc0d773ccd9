package io.forgemcp.gateway.lifecycle;

/**
 * Why somebody cannot be awake now.
 *
 * @param of what there is too little of
 * @param missing how much of it: bytes of memory, cores, or services that would have to sleep first
 * @param reason for people
 */
record Shortage(Scarce of, double missing, String reason) {
    /** What all who are awake share. */
    enum Scarce {
        /** The number of services awake at once. */
        SERVICES,
        /** The number of services of one category awake at once. */
        CATEGORY,
        MEMORY,
        CORES
    }
}

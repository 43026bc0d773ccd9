package io.forgemcp.auth.client;

/** How things stand between the gateway and a service that may want OAuth. */
public enum GrantState {
    /** No call was refused yet, and nothing was granted. */
    NOT_ASKED,
    /** A call was refused: somebody has to authorise the gateway. */
    NEEDED,
    /** There is a token that calls can use. */
    AUTHORISED,
    /**
     * What was granted is over, or the service has refused a call with it since: somebody has to authorise the gateway again.
     */
    AGAIN
}

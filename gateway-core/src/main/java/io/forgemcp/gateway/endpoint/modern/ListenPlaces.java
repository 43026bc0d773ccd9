package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.Holdings;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;

/** How many streams may be open at once on which clients listen, in all and for one caller. Thread-safe. */
final class ListenPlaces {
    private final int most;
    private final int mostOfOne;
    private final Holdings taken;
    private int all;

    /** @param mostOfOne of one caller, so that it leaves some to others */
    ListenPlaces(int most, int mostOfOne) {
        this.most = most;
        this.mostOfOne = mostOfOne;
        this.taken = new Holdings(mostOfOne);
    }

    /**
     * Takes a place, to be given back with {@link #give}.
     *
     * @throws GatewayException with {@link ErrorCode#TOO_MANY_STREAMS} or {@link ErrorCode#TOO_MANY_SESSIONS}
     */
    synchronized void take(String principal) {
        if (!taken.hasRoom(principal)) {
            throw new GatewayException(
                    ErrorCode.TOO_MANY_STREAMS,
                    "This caller has " + mostOfOne + " streams of subscriptions/listen open, the most of one caller."
                            + " Close streams that are not used.");
        }
        if (all >= most) {
            throw new GatewayException(
                    ErrorCode.TOO_MANY_SESSIONS, most + " clients listen already. Close streams that are not used.");
        }
        all++;
        taken.take(principal);
    }

    synchronized void give(String principal) {
        all--;
        taken.give(principal);
    }
}

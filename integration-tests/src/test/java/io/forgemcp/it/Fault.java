package io.forgemcp.it;

import java.net.URI;
import java.util.Locale;

/**
 * What a gateway could do wrong, and the probe that notices. The conformance suite alone misses nine of them. {@code
 * src/test/js/conformance/front.mjs} commits each on request.
 */
enum Fault {
    PREFIX_TOOLS(Probes::toolsHaveTheServersNames),
    ANY_HOST(Probes::aForeignHostIsRefused),
    BUFFER_STREAM(Probes::messagesArriveWhenTheyAreSent),
    JSON_ONLY(Probes::progressArrivesUnderTheClientsToken),
    DROP_NOTIFICATIONS(Probes::progressArrivesUnderTheClientsToken),
    DROP_META(Probes::progressArrivesUnderTheClientsToken),
    DROP_SERVER_REQUESTS(Probes::theClientIsAskedAndItsAnswerComesBack),
    DROP_CLIENT_RESPONSES(Probes::theClientIsAskedAndItsAnswerComesBack),
    STRIP_CAPABILITIES(Probes::theServerLearnsWhatTheClientCanDo),
    STRING_IDS(Probes::idsKeepTheirType),
    STRIP_RESULT_FIELDS(Probes::newResultFieldsArrive),
    ONE_ERROR_CODE(Probes::errorsAreTheServersOwn),
    DROP_MCP_HEADERS(Probes::modernCallsReachAModernServer),
    KEEP_DELETED_SESSIONS(Probes::aDeletedSessionIsGone),
    SHARE_SESSION(Probes::eachClientHasASessionOfItsOwn),
    NO_GET_STREAM(Probes::changesAreHeardOnTheSessionsStream),
    DROP_LAST_EVENT_ID(Probes::aBrokenStreamIsResumedAfterItsLastEvent),
    NO_DELETE(Probes::aSessionCanBeEnded),
    IGNORE_DISCONNECT(Probes::aClientThatGoesCancelsItsCall);

    /** Fails if the way to a server has the fault. */
    @FunctionalInterface
    interface Probe {
        /**
         * @param way where a client sends its requests
         * @param server where the server behind it is asked directly
         */
        void check(URI way, URI server) throws Exception;
    }

    private final Probe probe;

    Fault(Probe probe) {
        this.probe = probe;
    }

    Probe probe() {
        return probe;
    }

    /** The argument of {@code front.mjs}. */
    String argument() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Which upstream the probe asks. */
    boolean needsObserver() {
        return this == SHARE_SESSION || this == IGNORE_DISCONNECT;
    }
}

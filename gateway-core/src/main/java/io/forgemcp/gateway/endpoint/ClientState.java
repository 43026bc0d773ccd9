package io.forgemcp.gateway.endpoint;

/**
 * What lasts from one request of a client to the next: its streams, what it has been asked, what it wants to hear of, its
 * tasks. Clients without a session share one that keeps nothing. Thread-safe.
 */
final class ClientState {
    private final SessionStreams streams;
    private final OpenQuestions questions = new OpenQuestions();
    private final Subscriptions subscriptions = new Subscriptions();
    private final ClientTasks tasks;

    ClientState(SessionStreams streams) {
        this.streams = streams;
        this.tasks = new ClientTasks(streams::now);
    }

    SessionStreams streams() {
        return streams;
    }

    /** What servers have asked of the client. */
    OpenQuestions questions() {
        return questions;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    ClientTasks tasks() {
        return tasks;
    }

    /** Drops what nobody will ask for any more. */
    void forget(long now) {
        streams.forget(now);
        tasks.forget(now);
    }

    /** Gives everything back, and keeps nothing from now on. */
    void end() {
        questions.end();
        subscriptions.end();
        tasks.end();
        streams.close();
    }
}

// Keeps the events of one session's streams, so that a client can resume after the last one that it has seen.
export class EventLog {
  #events = [];

  async storeEvent(stream, message) {
    const id = `${stream}/${this.#events.length}`;
    this.#events.push({ id, stream, message });
    return id;
  }

  async getStreamIdForEventId(id) {
    return this.#events.find(event => event.id === id)?.stream;
  }

  async replayEventsAfter(lastId, { send }) {
    const last = this.#events.findIndex(event => event.id === lastId);
    if (last < 0) {
      throw new Error(`No event ${lastId}`);
    }
    const { stream } = this.#events[last];
    for (const event of this.#events.slice(last + 1)) {
      // A stream begins with an event without a message, which only carries its id.
      if (event.stream === stream && Object.keys(event.message).length > 0) {
        await send(event.id, event.message);
      }
    }
    return stream;
  }
}

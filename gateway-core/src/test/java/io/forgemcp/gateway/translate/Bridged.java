package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;

/** A bridge in front of fake children, and what its clients do most. */
final class Bridged {
    static final String INITIALIZE = "{'jsonrpc':'2.0','id':1,'method':'initialize','params':"
            + "{'protocolVersion':'2025-06-18','capabilities':{},'clientInfo':{'name':'c','version':'1'}}}";

    final FakeChildren children = new FakeChildren();
    final ManualTimers timers = new ManualTimers();
    final Bridge bridge;

    Bridged() {
        this(BridgeSettings.DEFAULT);
    }

    Bridged(BridgeSettings settings) {
        bridge = new Bridge(FakeChildren.SERVER, children, children, timers, settings);
    }

    /** Begins a session over streamable HTTP. */
    String session() {
        Http initialize = Http.post(INITIALIZE).to(bridge.streamableHttp());
        String id = initialize.header("Mcp-Session-Id", true);
        post(id, "{'jsonrpc':'2.0','method':'notifications/initialized'}");
        return id;
    }

    Http post(String session, String json) {
        return Http.post(json).session(session).to(bridge.streamableHttp());
    }

    Http call(String session, String id) {
        return post(session, request(id, "tools/call", "'name':'t'"));
    }

    Http get(String session) {
        return Http.get().session(session).to(bridge.streamableHttp());
    }

    static String request(String id, String method, String params) {
        return "{'jsonrpc':'2.0','id':" + id + ",'method':'" + method + "','params':{" + params + "}}";
    }

    void pass(Duration time) {
        timers.advance(time);
    }
}

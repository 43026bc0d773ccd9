package io.forgemcp.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A client that calls one service after the other, each time with a token of its own. One thread at a time. */
final class SoakCaller implements AutoCloseable {
    /** What a call may end with if its container was broken: never a wrong answer, silence or an unnamed error. */
    private static final Set<String> HONEST =
            Set.of("GW-1401", "GW-1402", "GW-1403", "GW-1501", "GW-1503", "GW-1505", "GW-1509");

    private static final Set<String> MAY_HAVE_RUN = Set.of("GW-1503", "GW-1509");
    private static final Pattern TOKEN = Pattern.compile("\\d{9,}");

    private final SoakGateway gateway;
    private final SoakTally tally;
    private final AtomicLong tokens;
    private GatewayClient client;

    /** @param tokens the last one given away; never below nine digits, which tells tokens from all other numbers */
    SoakCaller(SoakGateway gateway, SoakTally tally, AtomicLong tokens) {
        this.gateway = gateway;
        this.tally = tally;
        this.tokens = tokens;
        client = gateway.client();
    }

    /** Whether the call was answered; whatever it must not end with is put on record. */
    boolean call(String service, SoakServer server, Random random) {
        long token = tokens.incrementAndGet();
        JsonNode arguments = server.arguments(token, random);
        long begun = System.nanoTime();
        tally.count("calls");
        JsonNode answer;
        try {
            answer = client.call(server.tool(service), arguments);
        } catch (RuntimeException | AssertionError lost) {
            tally.count("calls lost");
            tally.violation("No answer to " + token + " of " + service + ": " + lost);
            client = gateway.client();
            return false;
        }
        client.notifications().stream()
                .filter(message -> message.has("id") && !message.has("method"))
                .forEach(message -> {
                    tally.count("calls answered twice");
                    tally.violation("More than one answer to " + token + " of " + service + ": " + message);
                });
        client.notifications().clear();
        if (answer.has("content")) {
            return right(service, token, answer);
        }
        failed(service, answer, begun);
        return false;
    }

    private boolean right(String service, long token, JsonNode answer) {
        List<String> found = TOKEN.matcher(answer.at("/content/0/text").asText())
                .results()
                .map(MatchResult::group)
                .distinct()
                .toList();
        if (found.equals(List.of(Long.toString(token)))) {
            tally.count("calls answered");
            return true;
        }
        tally.count("calls answered wrongly");
        tally.violation("Asked " + service + " with " + token + ", answered " + answer);
        return false;
    }

    private void failed(String service, JsonNode error, long begun) {
        String code = error.at("/data/code").asText("none");
        tally.count("calls failed with " + code);
        long ended = System.nanoTime();
        boolean explained = HONEST.contains(code)
                && (tally.explains(service, begun, ended, MAY_HAVE_RUN.contains(code))
                        // A call that waits for a service which somebody then stops is told so.
                        || code.equals("GW-1402") && tally.explains(SoakTally.told(service), begun, ended, true));
        if (!explained) {
            tally.violation("Nothing that was done to " + service + " explains " + error);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}

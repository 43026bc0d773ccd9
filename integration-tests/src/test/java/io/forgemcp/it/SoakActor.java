package io.forgemcp.it;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;

/** Somebody who sends services to sleep, wakes and stops them, and breaks their containers by hand. One thread at a time. */
final class SoakActor {
    private static final List<String> COMMANDS = List.of(
            "sleep",
            "sleep",
            "sleep?force=true",
            "wake",
            "stop",
            "stop?force=true",
            "start",
            "restart",
            "wake-request");
    private static final List<List<String>> BY_HAND = List.of(
            List.of("kill"),
            List.of("pause"),
            List.of("pause"),
            List.of("unpause"),
            List.of("rm", "-f"),
            List.of("stop", "-t", "1"));

    private final SoakGateway gateway;
    private final SoakTally tally;
    private final List<String> services;
    private final Random random;

    SoakActor(SoakGateway gateway, SoakTally tally, List<String> services, Random random) {
        this.gateway = gateway;
        this.tally = tally;
        this.services = services;
        this.random = random;
    }

    void act() throws IOException, InterruptedException {
        int dice = random.nextInt(100);
        if (dice < 1) {
            command("/services/sleep-all", "sleep-all");
        } else if (dice < 2) {
            command("/services/wake-all", "wake-all");
        } else if (dice < 65) {
            String command = COMMANDS.get(random.nextInt(COMMANDS.size()));
            String service = services.get(random.nextInt(services.size()));
            long begun = System.nanoTime();
            if (command.contains("stop") || command.equals("restart")) {
                tally.harming(SoakTally.told(service), begun);
            }
            command("/services/" + service + "/" + command, command);
            tally.harmed(SoakTally.told(service), begun, System.nanoTime());
        } else {
            byHand();
        }
    }

    private void command(String path, String name) throws IOException, InterruptedException {
        HttpResponse<String> answer;
        try {
            answer = gateway.command(path);
        } catch (IOException silence) {
            tally.violation("No answer to POST " + path + ": " + silence);
            return;
        }
        tally.count("manager " + name + ": " + answer.statusCode());
        if (answer.statusCode() >= 400
                        && Json.tree(answer.body()).path("code").asText().isEmpty()
                || answer.statusCode() == 500) {
            tally.violation("POST " + path + " is answered " + answer.statusCode() + " " + answer.body());
        }
    }

    private void byHand() throws IOException, InterruptedException {
        List<SoakGateway.Container> all = gateway.containers();
        if (all.isEmpty()) {
            return;
        }
        SoakGateway.Container container = all.get(random.nextInt(all.size()));
        List<String> act = BY_HAND.get(random.nextInt(BY_HAND.size()));
        String[] words = new String[act.size() + 1];
        act.toArray(words);
        words[act.size()] = container.id();
        long begun = System.nanoTime();
        // On record before it is done, because a call may fail of it before the command has returned.
        if (!act.get(0).equals("unpause")) {
            tally.harming(container.service(), begun);
        }
        SoakGateway.Said said = SoakGateway.docker(words);
        tally.harmed(container.service(), begun, System.nanoTime());
        tally.count("by hand " + act.get(0) + (said.status() == 0 ? "" : ": too late"));
    }
}

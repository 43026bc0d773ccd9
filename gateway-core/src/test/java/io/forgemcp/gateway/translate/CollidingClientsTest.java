package io.forgemcp.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.translate.BridgeSettings.Sharing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Generated traffic. The seed is in the failure; {@code FORGE_TEST_SEED} runs it again. */
class CollidingClientsTest {
    private static final long SEED =
            Long.parseLong(System.getenv().getOrDefault("FORGE_TEST_SEED", Long.toString(System.nanoTime())));
    private static final int CLIENTS = 20;
    private static final int CALLS = 2000;

    private record Call(int client, String secret, Http http, Message asChildSeesIt, FakeChildren.FakeChild child) {}

    @ParameterizedTest
    @EnumSource(Sharing.class)
    void whoeverAnswersInWhateverOrderEveryAnswerAndProgressReachesTheClientThatAsked(Sharing sharing) {
        Random random = new Random(SEED);
        Bridged bridged =
                new Bridged(BridgeSettings.DEFAULT.withSharing(sharing).withLimits(CLIENTS, java.time.Duration.ZERO));
        List<String> sessions = new ArrayList<>();
        List<FakeChildren.FakeChild> children = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            sessions.add(sharing == Sharing.STATELESS ? "" : bridged.session());
            children.add(bridged.children.all.isEmpty() ? null : bridged.children.last());
        }
        List<Call> open = new ArrayList<>();
        int[] next = new int[CLIENTS];
        for (int i = 0; i < CALLS || !open.isEmpty(); i++) {
            if (i < CALLS && (open.isEmpty() || random.nextInt(100) < 55)) {
                int client = random.nextInt(CLIENTS);
                String secret = client + "-" + next[client];
                // All clients count alike, and use the number as their token, too.
                int id = next[client]++;
                Http http = bridged.post(
                        sessions.get(client),
                        "{'jsonrpc':'2.0','id':" + id + ",'method':'tools/call','params':{'secret':'" + secret
                                + "','_meta':{'progressToken':" + id + "}}}");
                FakeChildren.FakeChild child = sharing == Sharing.NONE ? children.get(client) : bridged.children.last();
                open.add(new Call(client, secret, http, child.lastRequest(), child));
            } else {
                Call call = open.get(random.nextInt(open.size()));
                if (random.nextBoolean()) {
                    call.child()
                            .say("{'jsonrpc':'2.0','method':'notifications/progress','params':{'progressToken':"
                                    + call.asChildSeesIt().get(Message.Field.PROGRESS_TOKEN) + ",'secret':'"
                                    + call.secret()
                                    + "'}}");
                } else {
                    call.child().answer(call.asChildSeesIt(), "{'secret':'" + call.secret() + "'}");
                    open.remove(call);
                    assertAnswered(call);
                }
            }
        }
    }

    private static void assertAnswered(Call call) {
        assertThat(call.http().closed).as("seed %d", SEED).isTrue();
        List<String> heard = call.http().streaming ? call.http().events : List.of(call.http().json);
        assertThat(heard)
                .as("seed %d", SEED)
                .isNotEmpty()
                .allSatisfy(text -> assertThat(text).contains("\"secret\":\"" + call.secret() + "\""));
        assertThat(heard.get(heard.size() - 1))
                .contains("\"id\":" + call.secret().replaceFirst(".*-", ""));
    }

    @Test
    void whateverIsPostedThereIsOneAnswerAndTheSessionLivesOn() {
        Random random = new Random(SEED);
        Bridged bridged = new Bridged();
        String session = bridged.session();
        byte[] sound = Bridged.request("5", "tools/call", "'name':'t','_meta':{'progressToken':1}")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 5000; i++) {
            byte[] body = sound.clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            Http posted = Http.post(body).session(session).to(bridged.bridge.streamableHttp());
            if (!posted.isAnswered()) {
                bridged.children.last().answer("{}");
            }
            assertThat(posted.status).as("seed %d, run %d", SEED, i).isIn(200, 202, 400);
        }
        Http call = bridged.call(session, "1");
        bridged.children.last().answer("{'alive':1}");
        assertThat(call.json).contains("alive");
    }

    @Test
    void whateverAServerSaysItsClientsLiveOn() {
        Random random = new Random(SEED);
        Bridged shared = new Bridged(BridgeSettings.DEFAULT.withSharing(Sharing.SHARED));
        String session = shared.session();
        String[] ids = {"0", "1", "'x'", "1.0", "null", "-1", "99999999999999999999"};
        String[] methods = {"ping", "notifications/progress", "notifications/message", "vendor/x", "roots/list"};
        String[] params = {"{}", "{'progressToken':1}", "{'_meta':{'io.modelcontextprotocol/subscriptionId':[]}}"};
        for (int i = 0; i < 5000; i++) {
            String id = ids[random.nextInt(ids.length)];
            String said = random.nextBoolean() && !id.equals("null")
                    ? "{'jsonrpc':'2.0','id':" + id + ",'method':'" + methods[random.nextInt(methods.length)]
                            + "','params':" + params[random.nextInt(params.length)] + "}"
                    : random.nextBoolean()
                            ? "{'jsonrpc':'2.0','method':'" + methods[random.nextInt(methods.length)] + "','params':"
                                    + params[random.nextInt(params.length)] + "}"
                            : "{'jsonrpc':'2.0','id':" + id + ",'error':{'code':1,'message':'m'}}";
            shared.children.last().say(said);
        }
        Http call = shared.call(session, "1");
        shared.children.last().answer("{'alive':1}");
        assertThat(call.json).as("seed %d", SEED).contains("alive");
    }
}

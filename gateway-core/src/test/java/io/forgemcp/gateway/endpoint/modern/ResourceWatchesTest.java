package io.forgemcp.gateway.endpoint.modern;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server whose resources somebody listens for: awake, and subscribed to by each of its clients. */
class ResourceWatchesTest extends ResourceWatchesFixture {
    @Test
    void aServerIsAwakeForAsLongAsSomebodyListensAndSleepsAfterwards() {
        WatchedResources listening = begin(ANNE, resources("a", "b"));

        server.pass(DAY);
        assertThat(server.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(subscribed()).containsExactlyInAnyOrder("a", "b");
        assertThat(server.listeners()).isEqualTo(1);

        watches.end(listening);
        assertThat(unsubscribed()).containsExactlyInAnyOrder("a", "b");
        assertThat(server.listeners()).isZero();
        server.pass(IDLE);
        assertThat(server.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void oneThatSleepsIsWokenOnceHoweverManyResourcesAreNamed() {
        server.call();
        server.pass(IDLE);
        assertThat(server.state()).isEqualTo(ServiceState.SLEEPING);
        String[] thousand =
                IntStream.range(0, 1_000).mapToObj(i -> "test://" + i).toArray(String[]::new);

        begin(ANNE, resources(thousand));

        assertThat(server.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(server.wakes()).isEqualTo(1);
        assertThat(server.listeners()).isEqualTo(1);
        assertThat(subscribed()).hasSize(1_000).doesNotHaveDuplicates();
    }

    @Test
    void aConversationThatIsThereIsAskedForEachResource() {
        talk(ANNE);

        begin(ANNE, resources("a", "b"));

        assertThat(script.heard("initialize")).hasSize(1);
        assertThat(subscribed()).containsExactly("a", "b");
    }

    @Test
    void eachClientHasASubscriptionOfItsOwn() {
        WatchedResources annes = begin(ANNE, resources("a"));
        WatchedResources berts = begin(BERT, resources("a"));

        assertThat(subscribed()).containsExactly("a", "a");
        assertThat(script.heard("initialize")).hasSize(2);
        assertThat(annes.hears(ANNE.key(), false)).isTrue();
        assertThat(annes.hears(BERT.key(), false)).isFalse();
        assertThat(annes.hears(ClientKey.GATEWAY, false)).as("said to nobody").isFalse();

        watches.end(annes);
        assertThat(unsubscribed()).containsExactly("a");
        watches.end(berts);
        assertThat(unsubscribed()).containsExactly("a", "a");
    }

    @Test
    void whatTheSameClientStillWantsElsewhereStaysSubscribed() {
        WatchedResources one = begin(ANNE, resources("a", "b"));
        WatchedResources other = begin(ANNE, resources("b", "c"));

        watches.end(one);
        assertThat(unsubscribed()).containsExactly("a");
        watches.end(one);
        watches.end(other);
        assertThat(unsubscribed()).containsExactly("a", "b", "c");
        assertThat(server.listeners()).isZero();
    }

    @Test
    void whereAllShareOneConversationTheyShareItHereToo() {
        shared();
        WatchedResources annes = begin(ANNE, resources("a"));
        WatchedResources berts = begin(BERT, resources("b"));

        assertThat(script.heard("initialize")).hasSize(1);
        assertThat(subscribed()).containsExactly("a", "b");
        assertThat(annes.hears(ClientKey.GATEWAY, true)).isTrue();
        assertThat(berts.hears(ClientKey.GATEWAY, true)).isTrue();

        watches.end(annes);
        assertThat(unsubscribed()).containsExactly("a");
    }

    @Test
    void whereAllShareOneConversationTheLastWhoListensEndsTheSubscription() {
        shared();
        WatchedResources annes = begin(ANNE, resources("a", "b"));
        WatchedResources berts = begin(BERT, resources("a"));
        withSessions.add("b");

        watches.end(annes);
        assertThat(unsubscribed())
                .as("wanted by another, and by one with a session")
                .isEmpty();
        watches.end(berts);
        assertThat(unsubscribed()).containsExactly("a");
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void whoBeginsToListenWhileTheLastOtherLeavesIsSubscribed(Isolation isolation) {
        if (isolation == Isolation.SHARED) {
            shared();
        }
        WatchedResources first = begin(ANNE, resources("a"));
        List<Runnable> answers = new ArrayList<>();
        script.methods.put(
                "resources/unsubscribe",
                (message, way) -> answers.add(() -> way.accept(ScriptedServer.result(message.requireId(), "{}"))));

        watches.end(first);
        begin(ANNE, resources("a"));
        assertThat(subscribed()).hasSize(2);
        answers.get(0).run();

        assertThat(subscribed()).as("once more after the server had let it go").hasSize(3);
        assertThat(unsubscribed()).containsExactly("a");
    }

    @Test
    void whoSubscribesWithASessionWhileTheLastListenerLeavesIsSubscribed() {
        shared();
        WatchedResources listening = begin(ANNE, resources("a"));
        script.methods.put("resources/unsubscribe", (message, way) -> {
            withSessions.add("a");
            way.accept(ScriptedServer.result(message.requireId(), "{}"));
        });

        watches.end(listening);

        assertThat(subscribed()).containsExactly("a", "a");
    }

    @Test
    void aListenerThatLeavesBeforeItsSubscriptionIsAnsweredLeavesNoneBehind() {
        shared();
        List<Runnable> answers = new ArrayList<>();
        script.methods.put(
                "resources/subscribe",
                (message, way) -> answers.add(() -> way.accept(ScriptedServer.result(message.requireId(), "{}"))));
        talk(BERT);
        WatchedResources listening = begin(ANNE, resources("a"));
        watches.end(listening);
        int before = unsubscribed().size();

        answers.forEach(Runnable::run);

        assertThat(unsubscribed())
                .as("a server may have heard of the end first")
                .hasSize(before + 1);
    }
}

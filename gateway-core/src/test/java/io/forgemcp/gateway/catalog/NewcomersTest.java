package io.forgemcp.gateway.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NewcomersTest {
    private static final ServiceName ONE = ServiceName.of("one");

    private final ManualTimers timers = new ManualTimers();
    private final List<String> asked = new ArrayList<>();
    private final Map<ServiceName, CompletableFuture<Void>> answers = new HashMap<>();
    private final Newcomers newcomers = new Newcomers(name -> ask("turn", name), name -> ask("now", name), timers);

    private CompletionStage<?> ask(String way, ServiceName name) {
        asked.add(way + " " + name);
        return answers.compute(name, (key, before) -> new CompletableFuture<>());
    }

    private void fail(ServiceName name) {
        answers.get(name).completeExceptionally(new IllegalStateException("out of order"));
    }

    private static List<ServiceName> services(int count) {
        return IntStream.range(0, count).mapToObj(n -> ServiceName.of("s" + n)).toList();
    }

    @Test
    void ofManyAFewAreAskedAtATimeInTheirOrderAndEachOnce() {
        List<ServiceName> many = services(50);
        many.forEach(newcomers::learnInTurn);
        many.forEach(newcomers::learnInTurn);

        for (int done = 0; done < 50; done++) {
            assertThat(asked).hasSize(Math.min(50, done + Newcomers.AT_ONCE));
            answers.get(many.get(done)).complete(null);
        }

        assertThat(asked)
                .containsExactlyElementsOf(
                        many.stream().map(name -> "turn " + name).toList());
    }

    @Test
    void thousandsThatAnswerAtOnceAreAskedOneAfterAnother() {
        int[] count = new int[1];
        Newcomers quick = new Newcomers(
                name -> {
                    count[0]++;
                    return CompletableFuture.completedFuture(null);
                },
                name -> CompletableFuture.completedFuture(null),
                timers);

        services(20_000).forEach(quick::learnInTurn);

        assertThat(count[0]).isEqualTo(20_000);
    }

    @Test
    void oneThatIsSlowIsWaitedForTenSecondsInAllAndThenLetsTheNextBegin() {
        List<ServiceName> five = services(5);
        CompletableFuture<Void> first = newcomers.learnInTurn(five.get(0));
        five.forEach(newcomers::learnInTurn);
        assertThat(asked).hasSize(4);
        timers.advance(Newcomers.PATIENCE.minusMillis(1));
        assertThat(first).isNotDone();

        timers.advance(Duration.ofMillis(1));

        assertThat(first).isCompleted();
        assertThat(newcomers.learnInTurn(five.get(0))).isNull();
        assertThat(asked).hasSize(5);
        answers.get(five.get(0)).complete(null);
        assertThat(asked).as("its place was given away once").hasSize(5);
    }

    @Test
    void oneThatSomebodyMeansDoesNotWaitForItsTurn() {
        List<ServiceName> six = services(6);
        six.forEach(newcomers::learnInTurn);

        CompletableFuture<Void> meant = newcomers.learn(six.get(5));

        assertThat(asked).last().isEqualTo("now s5");
        answers.get(six.get(5)).complete(null);
        assertThat(meant).isCompleted();
        answers.get(six.get(0)).complete(null);
        answers.get(six.get(1)).complete(null);
        assertThat(asked).hasSize(6).last().isEqualTo("turn s4");
    }

    @Test
    void oneThatFailsIsLeftAloneForLongerAndLongerAndIsNotWaitedForAgain() {
        CompletableFuture<Void> first = newcomers.learnInTurn(ONE);
        fail(ONE);
        assertThat(first).isCompleted();

        for (int rest : new int[] {30, 60, 120, 240, 480, 600, 600}) {
            int before = asked.size();
            timers.advance(Duration.ofSeconds(rest).minusMillis(1));
            assertThat(newcomers.learnInTurn(ONE)).isNull();
            assertThat(asked).hasSize(before);
            timers.advance(Duration.ofMillis(1));
            assertThat(newcomers.learnInTurn(ONE)).isNull();
            assertThat(asked).hasSize(before + 1);
            fail(ONE);
        }
    }

    @Test
    void oneThatWasTakenAwayAndComesBackIsAskedAtOnce() {
        CompletableFuture<Void> waited = newcomers.learn(ONE);
        newcomers.forget(ONE);
        assertThat(waited).isCompleted();

        assertThat(newcomers.learn(ONE)).isNotDone();

        assertThat(asked).hasSize(2);
    }
}

package io.forgemcp.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many clients that do not read cannot fill the memory together. */
class UnreadAnswersTest {
    private final ManualTimers timers = new ManualTimers();
    private final UnreadAnswers unread = new UnreadAnswers(timers, 100, 200);
    private final List<Client> cut = new ArrayList<>();
    private final Client first = new Client();
    private final Client second = new Client();
    private final Client third = new Client();

    private final class Client implements UnreadAnswers.Reader {
        @Override
        public void cut() {
            cut.add(this);
        }
    }

    @Test
    void whoHasNotReadForLongestGoesWhenThereIsTooMuch() {
        unread.leaves(first, 60);
        timers.advance(Duration.ofSeconds(2));
        unread.leaves(second, 30);
        unread.leaves(third, 20);

        assertThat(cut).as("not by the one who reports, who holds locks").isEmpty();
        timers.advance(Duration.ZERO);
        assertThat(cut).containsExactly(first);
        assertThat(unread.total()).isEqualTo(50);
    }

    @Test
    void whoMayBeAboutToReadIsSparedUntilThereIsFarTooMuch() {
        unread.leaves(first, 90);
        unread.leaves(second, 90);
        timers.advance(Duration.ZERO);
        assertThat(cut).isEmpty();

        unread.leaves(third, 90);
        timers.advance(Duration.ZERO);
        assertThat(cut).containsExactly(first);
    }

    @Test
    void whoMakesProgressIsNotSlow() {
        unread.leaves(first, 60);
        unread.leaves(second, 40);
        timers.advance(Duration.ofSeconds(2));
        unread.leaves(first, 50);
        unread.leaves(third, 40);
        timers.advance(Duration.ZERO);

        assertThat(cut).containsExactly(second);
    }

    @Test
    void anAnswerThatIsTooLargeByItselfIsStillWritten() {
        unread.leaves(first, 1_000);
        timers.advance(Duration.ofSeconds(2));
        unread.leaves(first, 1_001);
        timers.advance(Duration.ZERO);

        assertThat(cut).isEmpty();
    }

    @Test
    void whatHasBeenReadIsForgotten() {
        unread.leaves(first, 60);
        unread.leaves(second, 40);
        unread.leaves(first, 0);
        unread.leaves(second, 0);
        unread.leaves(third, 0);

        assertThat(unread.total()).isZero();
    }
}

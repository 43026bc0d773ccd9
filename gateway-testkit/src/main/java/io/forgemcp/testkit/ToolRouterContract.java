package io.forgemcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.routing.ToolDocument;
import io.forgemcp.gateway.routing.ToolMatch;
import io.forgemcp.gateway.routing.ToolRouter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link ToolRouter} does. Extend it and give a fresh router. */
public abstract class ToolRouterContract {
    private static final ToolDocument WEATHER =
            ToolDocument.of("weather-forecast", "Tells the weather forecast of a city");
    private static final ToolDocument FILES = ToolDocument.of("files-read", "Reads the content of a text file");
    private static final ToolDocument MAIL = ToolDocument.of("mail-send", "Sends an electronic mail to a person");

    /** A router that has never been given a tool. */
    protected abstract ToolRouter newRouter();

    private ToolRouter filled() {
        ToolRouter router = newRouter();
        router.index(List.of(WEATHER, FILES, MAIL));
        return router;
    }

    @Test
    void withoutToolsNothingIsFound() {
        assertThat(newRouter().search("weather", 5)).isEmpty();
    }

    @Test
    void theToolThatATaskNamesComesFirst() {
        assertThat(filled().search("weather forecast", 3))
                .first()
                .extracting(ToolMatch::tool)
                .isEqualTo(WEATHER);
        assertThat(filled().search("read a text file", 3))
                .first()
                .extracting(ToolMatch::tool)
                .isEqualTo(FILES);
    }

    @Test
    void matchesAreSortedAndWithinTheLimit() {
        List<ToolMatch> matches = filled().search("send the weather forecast in a text file by mail", 2);

        assertThat(matches).hasSizeLessThanOrEqualTo(2);
        assertThat(matches).isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
        assertThatThrownBy(() -> filled().search("weather", 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void toolsThatAreNotAllowedAreNotFound() {
        assertThat(filled().search("weather forecast", 5, tool -> !tool.equals(WEATHER)))
                .extracting(ToolMatch::tool)
                .doesNotContain(WEATHER);
    }

    @Test
    void theSameQuestionHasTheSameAnswer() {
        ToolRouter router = filled();

        assertThat(router.search("mail the weather", 5)).isEqualTo(router.search("mail the weather", 5));
    }

    @Test
    void indexingReplacesWhatWasThere() {
        ToolRouter router = filled();

        router.index(List.of(MAIL));

        assertThat(router.search("weather forecast, or send a mail", 5))
                .extracting(ToolMatch::tool)
                .containsExactly(MAIL);
    }

    @Test
    void noQueryMakesItFail() {
        ToolRouter router = filled();

        for (String query : List.of("", " ", "\u0000", "*?\"(", "天气", "\ud800", "word ".repeat(20_000))) {
            assertThat(router.search(query, 5)).hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void searchesDuringARebuildSeeTheOldToolsOrTheNew() throws Exception {
        ToolRouter router = filled();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> work = new ArrayList<>();
            work.add(threads.submit(() -> {
                for (int i = 0; i < 200; i++) {
                    router.index(i % 2 == 0 ? List.of(WEATHER) : List.of(WEATHER, MAIL));
                }
            }));
            for (int searcher = 0; searcher < 2; searcher++) {
                work.add(threads.submit(() -> {
                    for (int i = 0; i < 200; i++) {
                        assertThat(router.search("weather forecast", 5))
                                .extracting(ToolMatch::tool)
                                .contains(WEATHER);
                    }
                }));
            }
            for (Future<?> each : work) {
                each.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}

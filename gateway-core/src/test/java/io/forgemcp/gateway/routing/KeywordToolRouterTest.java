package io.forgemcp.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeywordToolRouterTest {
    private final KeywordToolRouter router = new KeywordToolRouter();

    @BeforeEach
    void fill() {
        router.index(List.of(
                ToolDocument.of("files-read_file", "Reads the content of a file"),
                ToolDocument.of("files-writeFile", "Writes a file"),
                ToolDocument.of("weather-forecast", "Tells the weather of the coming days"),
                new ToolDocument("db-query", "Runs a statement", List.of("sql", "database"))));
    }

    private String best(String query) {
        return router.search(query, 1).get(0).tool().name();
    }

    @ParameterizedTest
    @CsvSource({
        "please read me the file notes.txt, files-read_file",
        "reading files, files-read_file",
        "WRITE_FILE, files-writeFile",
        "writefile, files-writeFile",
        "will the weather be nice in the next days?, weather-forecast",
        "Select from my SQL databases, db-query"
    })
    void aTaskInPlainWordsFindsItsTool(String query, String tool) {
        assertThat(best(query)).isEqualTo(tool);
    }

    @Test
    void aQueryThatExplainsNothingIsLessSure() {
        double sure = router.search("weather forecast", 1).get(0).confidence();
        double unsure = router.search("weather on the moons of jupiter as seen by galileo", 1)
                .get(0)
                .confidence();

        assertThat(sure).isGreaterThan(unsure).isGreaterThan(0.5);
        assertThat(unsure).isLessThan(0.4);
    }

    @Test
    void twoToolsThatFitEquallyWellHalveTheConfidence() {
        router.index(List.of(ToolDocument.of("a-send", "Sends mail"), ToolDocument.of("b-send", "Sends mail")));

        List<ToolMatch> matches = router.search("send mail", 5);

        assertThat(matches).extracting(match -> match.tool().name()).containsExactly("a-send", "b-send");
        assertThat(matches.get(0).confidence()).isLessThanOrEqualTo(0.5);
    }

    @ParameterizedTest
    @CsvSource({
        "converting, convert",
        "converter, convert",
        "conversions, conversion",
        "queries, query",
        "boxes, box",
        "planning, plan",
        "translation, translator",
        "images, image",
        "status, status"
    })
    void wordsOfOneFamilyShareAStem(String one, String other) {
        assertThat(Words.stem(one)).isEqualTo(Words.stem(other));
    }

    @Test
    void identifiersAreCutWhereTheCaseChanges() {
        assertThat(Words.split("parseHTMLFile2pdf snake_case"))
                .containsExactly("parse", "html", "file", "2", "pdf", "parsehtmlfile2pdf", "snake", "case");
    }
}

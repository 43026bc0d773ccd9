package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranslateCommandTest {
    private final Terminal terminal = new Terminal();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "translate",
                "translate|--stdio|",
                "translate|--stdio|a 'b",
                "translate|--stdio|cat|--header|X: y",
                "translate|--stdio|cat|--connect-sse|http://127.0.0.1:1/sse",
                "translate|--connect-sse|http://127.0.0.1:1/sse|--connect-streamable-http|http://127.0.0.1:1/mcp",
                "translate|--connect-sse|ftp://x/",
                "translate|--connect-sse|http://127.0.0.1:1/sse|--expose-sse",
                "translate|--connect-sse|http://127.0.0.1:1/sse|--header|nonsense",
                "translate|--stdio|cat|--max-sessions|0",
                "translate|--stdio|cat|--idle-timeout|soon",
                "translate|--stdio|cat|--sse-path|sse",
                "translate|--stdio|cat|--sse-path|/a|--message-path|/a",
                "translate|--stdio|cat|--keep-alive|0",
                "translate|--stdio|cat|--port|70000"
            })
    void aCommandLineThatCannotBeMeantIsRefusedBeforeAnythingStarts(String line) {
        assertThat(terminal.run(line.split("\\|", -1))).as(line).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).startsWith("forge-gateway: ");
    }

    @Test
    void aCommandThatIsNotThereFailsTheStartWithAdvice() {
        assertThat(terminal.run("translate", "--stdio", "no-such-program-here --x", "--port", "0"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err()).contains("no-such-program-here").contains("was not found");
    }

    @Test
    void secretsOfTheCommandLineAreNeverShown() {
        terminal.run("translate", "--connect-sse", "nowhere", "--oauth2-bearer", "s3cret", "--header", "X-Key: s3cret");
        terminal.run("translate", "--connect-sse", "http://127.0.0.1:1/", "--oauth2-bearer", "s3cret s3cret");
        assertThat(terminal.err()).contains("no token").doesNotContain("s3cret");
        terminal.run("translate", "--connect-sse", "http://127.0.0.1:1/", "--header", "X Key: s3cret");
        assertThat(terminal.err()).contains("X Key: ...").doesNotContain("s3cret");
    }

    @Test
    void itServesUntilItIsStopped() throws Exception {
        CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(
                () -> terminal.run("translate", "--stdio", "sh -c 'cat >/dev/null'", "--port", "0", "--expose-sse"));
        Pattern url = Pattern.compile("health +(\\S+)");
        await().until(() -> url.matcher(terminal.out()).find());
        Matcher found = url.matcher(terminal.out());
        assertThat(found.find()).isTrue();
        URI health = URI.create(found.group(1));
        HttpClient client = HttpClient.newHttpClient();
        assertThat(client.send(HttpRequest.newBuilder(health).build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(client.send(HttpRequest.newBuilder(health.resolve("/mcp")).build(), BodyHandlers.ofString())
                        .statusCode())
                .as("only what was asked for is served")
                .isEqualTo(404);
        assertThat(terminal.out()).contains("/sse").doesNotContain("/mcp");
        terminal.interrupt();
        assertThat(exit.get(20, java.util.concurrent.TimeUnit.SECONDS)).isEqualTo(ExitCode.OK);
    }

    @Test
    void serveSaysWhereTranslateIs() {
        assertThat(terminal.run("serve", "--roles", "translate")).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains("forge-gateway translate --stdio");
    }
}

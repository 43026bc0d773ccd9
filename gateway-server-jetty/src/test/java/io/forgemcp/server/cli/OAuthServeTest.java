package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.server.OAuthServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that wants OAuth behind {@code serve}: authorised once by what the error says, then for good. */
class OAuthServeTest {
    @TempDir
    private Path directory;

    private final Terminal terminal = new Terminal();
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void whatWasAuthorisedOnceOutlivesARestartAndIsInNoLog() throws Exception {
        try (OAuthServer remote = new OAuthServer()) {
            try (ServeProcess serve = serve(remote, freePort())) {
                String url = serve.url();
                // However often it is tried before: the server is not away, so nobody is told to wait.
                for (int i = 0; i < 7; i++) {
                    assertThat(call(url)).isNotEqualTo(ExitCode.OK);
                    assertThat(terminal.err()).contains("1510").contains(url + "/oauth/start/far");
                }

                authorise(URI.create(url + "/oauth/start/far"));

                assertThat(call(url)).as(terminal.err()).isEqualTo(ExitCode.OK);
                assertThat(terminal.out()).contains("welcome");
                serve.signal("TERM");
                assertThat(serve.exitCode()).isEqualTo(ExitCode.OK);
                assertThat(serve.out() + serve.err()).doesNotContain(OAuthServer.TOKEN);
            }
            Path file = directory.resolve("data/state/oauth-grants.json");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");

            try (ServeProcess serve = serve(remote, 0)) {
                assertThat(call(serve.url())).as(terminal.err()).isEqualTo(ExitCode.OK);
            }
            assertThat(remote.tokensGiven()).isEqualTo(1);
            assertThat(terminal.run(
                            "call",
                            "far-greet",
                            "--embedded",
                            "--data",
                            directory.resolve("data").toString(),
                            "--upstream",
                            "far=" + remote.mcp()))
                    .as("a gateway in the process of the command: " + terminal.err())
                    .isEqualTo(ExitCode.OK);

            try (ServeProcess serve = new ServeProcess(directory, "--port", "0")) {
                serve.url();
                assertThat(Files.readString(file))
                        .as("the service is not configured any more")
                        .doesNotContain("far");
            }
        }
    }

    @Test
    void theCommandLineAuthorisesListsAndGivesUp() throws Exception {
        try (OAuthServer remote = new OAuthServer();
                ServeProcess serve = serve(remote, 0)) {
            String url = serve.url();
            assertThat(terminal.run("authorize", "--url", url)).isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).containsPattern("far +-");

            assertThat(terminal.run("authorize", "far", "--url", url))
                    .as(terminal.err())
                    .isEqualTo(ExitCode.OK);
            authorise(URI.create(terminal.out().replaceAll("(?s).*(http\\S+/oauth/open/\\S+).*", "$1")));
            assertThat(terminal.run("authorize", "--url", url)).isEqualTo(ExitCode.OK);
            assertThat(terminal.out())
                    .containsPattern("far +http://127.0.0.1:\\d+")
                    .doesNotContain(OAuthServer.TOKEN);
            assertThat(call(url)).isEqualTo(ExitCode.OK);

            assertThat(terminal.run("authorize", "far", "--give-up", "--url", url))
                    .isEqualTo(ExitCode.OK);
            assertThat(call(url)).isNotEqualTo(ExitCode.OK);
            assertThat(terminal.err()).contains("forge-gateway authorize far");
            assertThat(terminal.run("authorize", "--url", url)).isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).contains("not authorised: forge-gateway authorize far");

            assertThat(terminal.run("authorize", "nobody", "--url", url)).isEqualTo(ExitCode.FAILED);
            assertThat(terminal.err()).contains("nobody");
            assertThat(terminal.run("authorize", "--give-up", "--url", url)).isEqualTo(ExitCode.USAGE);
        }
    }

    @Test
    void aPublicUrlThatBrowsersCannotComeBackToIsRefusedAtTheStart() {
        for (String url : new String[] {"http://gateway.example.com", "https://gateway.example.com/path", "gateway"}) {
            int code = terminal.with("GATEWAY_PUBLIC_URL", url)
                    .run(
                            "serve",
                            "--port",
                            "0",
                            "--data",
                            directory.resolve("data").toString());

            assertThat(code).as(url).isEqualTo(ExitCode.CONFIGURATION);
            assertThat(terminal.err()).contains("GATEWAY_PUBLIC_URL").contains("https://gateway.example.com");
        }
    }

    private ServeProcess serve(OAuthServer remote, int port) throws IOException {
        return new ServeProcess(
                directory,
                "--port",
                Integer.toString(port),
                "--manager-port",
                "0",
                "--upstream",
                "far=" + remote.mcp());
    }

    private int call(String url) {
        return terminal.run("call", "far-greet", "--url", url);
    }

    /** What a browser does whose person agrees. */
    private void authorise(URI page) throws Exception {
        HttpResponse<String> begun = get(page, "");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(302);
        String state = begun.headers().firstValue("Location").orElseThrow().replaceAll(".*[?&]state=([^&]+).*", "$1");
        String cookie = begun.headers().firstValue("Set-Cookie").orElseThrow().replaceAll(";.*", "");
        HttpResponse<String> done = get(page.resolve("/oauth/callback?code=x&state=" + state), cookie);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
    }

    private HttpResponse<String> get(URI url, String cookie) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(url);
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

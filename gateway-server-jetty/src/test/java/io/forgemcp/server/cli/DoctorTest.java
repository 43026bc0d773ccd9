package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoctorTest {
    @TempDir
    private Path directory;

    private final Terminal terminal = new Terminal();

    @Test
    void everyCheckHasAVerdictAndEvidence() throws IOException {
        int code = terminal.run("doctor", "--json", "--port", "0", "--data", directory.toString());
        JsonNode report = new ObjectMapper().readTree(terminal.out());
        assertThat(report.get("checks")).hasSizeGreaterThanOrEqualTo(10).allSatisfy(check -> {
            assertThat(check.get("verdict").asText()).isIn("PASS", "FAIL", "NOT_APPLICABLE");
            assertThat(check.get("evidence").asText()).isNotEmpty();
            assertThat(check.get("remedy").asText().isEmpty())
                    .as("remedy of %s", check)
                    .isEqualTo(!check.get("verdict").asText().equals("FAIL"));
        });
        assertThat(code).isEqualTo(report.get("healthy").asBoolean() ? ExitCode.OK : ExitCode.FAILED);
    }

    @Test
    void aPortThatAnotherProgramHasIsAFailure() throws IOException {
        try (CannedGateway other = new CannedGateway().answer("/", 200, "<html>")) {
            String port = other.url().substring(other.url().lastIndexOf(':') + 1);
            assertThat(terminal.run("doctor", "--port", port, "--data", directory.toString()))
                    .isEqualTo(ExitCode.FAILED);
            assertThat(terminal.out()).containsPattern("fail +port").contains("--port");
        }
    }

    @Test
    void aDataDirectoryThatCannotBeMadeIsAFailure() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThat(terminal.run(
                        "doctor", "--port", "0", "--data", file.resolve("data").toString()))
                .isEqualTo(ExitCode.FAILED);
        assertThat(terminal.out()).containsPattern("fail +data");
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"Version\":\"28.2.2\",\"ApiVersion\":\"1.50\"}', PASS",
        "'{\"Version\":\"20.10\",\"ApiVersion\":\"1.41\"}', PASS",
        "'{\"Version\":\"19.03\",\"ApiVersion\":\"1.40\"}', FAIL",
        "'hello', FAIL",
    })
    void dockerIsJudgedByWhatTheEngineSays(String answer, Diagnosis.Verdict verdict) throws Exception {
        Path socket = directory.resolve("docker.sock");
        try (ServerSocketChannel engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            engine.bind(UnixDomainSocketAddress.of(socket));
            Thread thread = new Thread(() -> answerOnce(engine, "HTTP/1.0 200 OK\r\n\r\n" + answer));
            thread.start();
            assertThat(DockerCheck.run("unix://" + socket).verdict()).isEqualTo(verdict);
            thread.join();
        }
    }

    @Test
    void anEngineThatDoesNotAnswerIsAFailureWithTheAddress() throws IOException {
        int closedPort;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = server.getLocalPort();
        }
        Diagnosis diagnosis = DockerCheck.run("tcp://127.0.0.1:" + closedPort);
        assertThat(diagnosis.verdict()).isEqualTo(Diagnosis.Verdict.FAIL);
        assertThat(diagnosis.evidence()).contains("tcp://127.0.0.1:" + closedPort);
    }

    @ParameterizedTest
    @CsvSource({"uvx 0.9.5 (abc), PASS", "uv 1.0.0, PASS", "uvx: broken, FAIL"})
    void aProgramThatDeliversServersIsJudgedByTheVersionThatItSays(String said, Diagnosis.Verdict verdict) {
        Diagnosis diagnosis = MachineChecks.program(
                List.of("echo", said), MachineChecks.UVX_VERSION, 0, "uv:", "absent", "Install uv again.");
        assertThat(diagnosis.verdict()).isEqualTo(verdict);
        assertThat(diagnosis.evidence()).contains(said);
    }

    @Test
    void aProgramThatIsNotThereIsNoFailure() {
        Diagnosis diagnosis = MachineChecks.program(
                List.of("/nowhere/uvx"), MachineChecks.UVX_VERSION, 0, "uv:", "uv is not installed", "Install it.");
        assertThat(diagnosis.verdict()).isEqualTo(Diagnosis.Verdict.NOT_APPLICABLE);
        assertThat(diagnosis.evidence()).isEqualTo("uv is not installed");
    }

    @Test
    void whatDeliversServersOfPythonIsTriedToo() throws IOException {
        terminal.run("doctor", "--json", "--port", "0", "--data", directory.toString());
        assertThat(new ObjectMapper().readTree(terminal.out()).get("checks").findValuesAsText("item"))
                .contains("node", "uvx");
    }

    private static void answerOnce(ServerSocketChannel engine, String response) {
        try (SocketChannel client = engine.accept()) {
            client.read(ByteBuffer.allocate(1000));
            client.write(StandardCharsets.UTF_8.encode(response));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

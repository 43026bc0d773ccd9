package io.forgemcp.gateway.lifecycle.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessRuntimeTest {
    private final SystemTimers timers = new SystemTimers();
    private final ProcessRuntime runtime = new ProcessRuntime(timers);
    private final CompletableFuture<String> exit = new CompletableFuture<>();

    @AfterEach
    void close() {
        runtime.close();
        timers.close();
    }

    @Test
    void aChildIsSpokenToOnItsStandardStreams() throws Exception {
        Instance cat = start(stdio("cat"));
        assertThat(echo(cat, "hello")).isEqualTo("hello");
        assertThat(cat.externalId()).isEqualTo(String.valueOf(pid(cat)));
        join(cat.stop(Duration.ofSeconds(5)));
        assertThat(alive(pid(cat))).isFalse();
        assertThat(exit).isNotDone();
    }

    @Test
    void wordsOfTheCommandAreNeverReadByAShell() throws Exception {
        Instance printf = start(stdio("printf", "%s\\n", "$(id) `id` $HOME; exit 1 \"'"));
        assertThat(line(printf)).isEqualTo("$(id) `id` $HOME; exit 1 \"'");
    }

    @Test
    void aChildSeesItsOwnVariablesAndNothingOfTheGatewaysSecrets() throws Exception {
        Instance env = start(stdio(Map.of("SERVICE_MODE", "fast"), "sh", "-c", "env; echo END"));
        BufferedReader output = reader(env);
        List<String> names = output.lines()
                .takeWhile(line -> !line.equals("END"))
                .map(line -> line.split("=", 2)[0])
                .toList();
        assertThat(names)
                .contains("PATH", "SERVICE_MODE")
                .doesNotContain("MAVEN_CMD_LINE_ARGS", "MAVEN_PROJECTBASEDIR");
    }

    @Test
    void aServerThatIgnoresTheEndOfItsInputIsAskedToTerminateAndThenKilledWithAllItsChildren() throws Exception {
        Instance stubborn = start(stdio("sh", "-c", "trap '' TERM; sleep 300 & echo $!; while :; do wait; done"));
        long grandchild = Long.parseLong(line(stubborn));
        assertThat(alive(grandchild)).isTrue();
        join(stubborn.stop(Duration.ofMillis(200)));
        assertThat(alive(pid(stubborn))).isFalse();
        await().until(() -> !alive(grandchild));
    }

    @Test
    void whatLeftTheGroupIsFoundByItsEnvironment() throws Exception {
        Instance parent = start(stdio("sh", "-c", "setsid sleep 300 & echo $!; cat"));
        long runaway = Long.parseLong(line(parent));
        await().until(() -> group(runaway) == runaway);
        join(parent.stop(Duration.ofSeconds(5)));
        await().until(() -> !alive(runaway));
    }

    @Test
    void aFrozenGroupTakesNoProcessorTimeAndAnswersAfterItIsWoken() throws Exception {
        Instance cat = start(stdio("sh", "-c", "cat"));
        assertThat(cat.depths()).containsExactly(SleepDepth.FREEZE);
        // A shell that is stopped between vfork and exec of its child waits in the kernel and never shows as stopped.
        assertThat(echo(cat, "are you up")).isEqualTo("are you up");
        join(cat.sleep(SleepDepth.FREEZE));
        await().atMost(Duration.ofMinutes(1)).until(() -> state(pid(cat)).equals("T"));
        send(cat, "are you there");
        join(cat.wake());
        assertThat(line(cat)).isEqualTo("are you there");
    }

    @Test
    void aFrozenGroupCanBeStopped() throws Exception {
        Instance cat = start(stdio("cat"));
        join(cat.sleep(SleepDepth.FREEZE));
        join(cat.stop(Duration.ofSeconds(5)));
        assertThat(alive(pid(cat))).isFalse();
    }

    @Test
    void anUnexpectedEndIsReportedWithItsStatusAndLastWordsWithoutSecrets() throws Exception {
        start(stdio(
                Map.of("API_KEY", "sesame-open"), "sh", "-c", "echo one >&2; echo \"bad key $API_KEY\" >&2; exit 3"));
        assertThat(exit.get(10, TimeUnit.SECONDS)).isEqualTo("exit status 3, last line: bad key ***");
    }

    @Test
    void aKilledChildIsReportedWithTheSignal() throws Exception {
        Instance cat = start(stdio("cat"));
        ProcessHandle.of(pid(cat)).orElseThrow().destroyForcibly();
        assertThat(exit.get(10, TimeUnit.SECONDS)).isEqualTo("killed by signal 9");
    }

    @Test
    void theLastLinesForPeopleAreKept() throws Exception {
        Instance chatty =
                start(stdio("sh", "-c", "i=0; while [ $i -lt 600 ]; do echo line $i >&2; i=$((i+1)); done; echo; cat"));
        line(chatty);
        await().untilAsserted(() -> assertThat(chatty.logs(2)).containsExactly("line 598", "line 599"));
        assertThat(chatty.logs(1000)).hasSize(500);
    }

    @Test
    void aMissingCommandIsNamedTogetherWithWhatToInstall() {
        assertThatThrownBy(() -> start(stdio(Map.of("PATH", "/nowhere"), "npx", "-y", "some-server")))
                .hasMessageContaining("npx")
                .hasMessageContaining("Node.js");
        assertThatThrownBy(() -> start(stdio("no-such-program")))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SERVICE_START_FAILED))
                .hasMessageContaining("no-such-program");
    }

    @Test
    void aMissingDirectoryIsNamed(@TempDir Path directory) {
        Path missing = directory.resolve("gone");
        assertThatThrownBy(() -> start(service(
                        new Launch.Command(null, List.of("cat"), Map.of(), List.of(), missing, 0, "/mcp"),
                        WireProtocol.STDIO)))
                .hasMessageContaining(missing.toString());
    }

    @Test
    void anHttpServerIsReadyWhenItsPortAnswers() throws Exception {
        Instance server = start(http(
                List.of(java(), "-cp", System.getProperty("java.class.path"), PortServer.class.getName(), "{port}")));
        InstanceAddress.Http address = (InstanceAddress.Http) server.address();
        assertThat(address.url().getPath()).isEqualTo("/mcp");
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), address.url().getPort())) {
            assertThat(new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                            .readLine())
                    .isEqualTo("PORT=" + address.url().getPort());
        }
        assertThat(server.logs(10)).contains("listening");
    }

    @Test
    void anHttpServerThatEndsBeforeItListensFailsWithItsLastWords() {
        assertThatThrownBy(() -> start(http(List.of("sh", "-c", "echo no config; exit 2"))))
                .hasMessageContaining("exit status 2")
                .hasMessageContaining("no config");
    }

    @Test
    void memoryAndProcessorTimeOfTheWholeGroupAreMeasured() throws Exception {
        Instance busy = start(stdio("sh", "-c", "sh -c 'while :; do :; done' & echo on; cat"));
        line(busy);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Instance.Usage usage = busy.usage();
            assertThat(usage).isNotNull();
            assertThat(usage.cpuNanos()).isGreaterThan(50_000_000);
            assertThat(usage.memoryBytes()).isGreaterThan(500_000);
        });
    }

    @Test
    void withoutSetsidAChildStillWorksAndItsChildrenStillEnd() throws Exception {
        try (ProcessRuntime plain = new ProcessRuntime(timers, Duration.ofSeconds(5), List.of())) {
            Instance parent = join(
                    plain.start(stdio("sh", "-c", "sleep 300 & echo $!; cat"), id(), (who, why) -> exit.complete(why)));
            assertThat(parent.depths()).isEmpty();
            long grandchild = Long.parseLong(line(parent));
            join(parent.stop(Duration.ofSeconds(5)));
            assertThat(alive(pid(parent))).isFalse();
            await().until(() -> !alive(grandchild));
        }
    }

    @Test
    void aKilledWardenIsReplacedAndGoesOnSendingSignals() throws Exception {
        Instance cat = start(stdio("cat"));
        long warden = wardens().get(0);
        ProcessHandle.of(warden).orElseThrow().destroyForcibly();
        await().until(() -> !wardens().isEmpty() && wardens().get(0) != warden);
        join(cat.sleep(SleepDepth.FREEZE));
        await().until(() -> state(pid(cat)).equals("T"));
    }

    @Test
    void closingEndsEveryChild() throws Exception {
        Instance first = start(stdio("cat"));
        Instance second = start(stdio("sleep", "300"));
        runtime.close();
        assertThat(alive(pid(first))).isFalse();
        assertThat(alive(pid(second))).isFalse();
        await().until(() -> wardens().isEmpty());
        assertThatThrownBy(() -> start(stdio("cat"))).hasMessageContaining("shutting down");
    }

    /** Says its variable PORT to everybody who connects to the port given as argument. */
    static final class PortServer {
        public static void main(String[] arguments) throws IOException {
            try (java.net.ServerSocket server = new java.net.ServerSocket(Integer.parseInt(arguments[0]))) {
                System.out.println("listening");
                while (true) {
                    try (Socket client = server.accept()) {
                        client.getOutputStream()
                                .write(("PORT=" + System.getenv("PORT") + "\n").getBytes(StandardCharsets.UTF_8));
                    } catch (IOException left) {
                        // The probe connects and leaves.
                    }
                }
            }
        }
    }

    private Instance start(ServiceDefinition service) throws Exception {
        return join(runtime.start(service, id(), (who, why) -> exit.complete(why)));
    }

    private static <T> T join(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException failure) {
            throw GatewayException.of(failure);
        }
    }

    private static InstanceId id() {
        return new InstanceId(io.forgemcp.gateway.service.ServiceName.of("test"), 1);
    }

    private static ServiceDefinition stdio(String... command) {
        return stdio(Map.of(), command);
    }

    private static ServiceDefinition stdio(Map<String, String> environment, String... command) {
        return service(
                new Launch.Command(null, List.of(command), environment, List.of(), null, 0, "/mcp"),
                WireProtocol.STDIO);
    }

    private static ServiceDefinition http(List<String> command) {
        return service(
                new Launch.Command(null, command, Map.of(), List.of(), null, 0, "/mcp"), WireProtocol.STREAMABLE_HTTP);
    }

    private static ServiceDefinition service(Launch launch, WireProtocol wire) {
        return ServiceDefinition.of("test", RuntimeChoice.PROCESS, launch, wire).build();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static long pid(Instance instance) {
        return Long.parseLong(instance.externalId());
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()
                && !state(pid).equals("Z");
    }

    private static String state(long pid) {
        return field(pid, 0);
    }

    private static long group(long pid) {
        String field = field(pid, 2);
        return field.isEmpty() ? 0 : Long.parseLong(field);
    }

    private static String field(long pid, int index) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[index];
        } catch (IOException gone) {
            return "";
        }
    }

    private static List<Long> wardens() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info()
                        .arguments()
                        .filter(words -> List.of(words).contains("forge-warden"))
                        .isPresent())
                .map(ProcessHandle::pid)
                .toList();
    }

    private static String echo(Instance instance, String text) throws IOException {
        send(instance, text);
        return line(instance);
    }

    private static void send(Instance instance, String text) throws IOException {
        InstanceAddress.Stdio stdio = (InstanceAddress.Stdio) instance.address();
        stdio.input().write((text + "\n").getBytes(StandardCharsets.UTF_8));
        stdio.input().flush();
    }

    private static String line(Instance instance) throws IOException {
        return reader(instance).readLine();
    }

    private static BufferedReader reader(Instance instance) {
        InstanceAddress.Stdio stdio = (InstanceAddress.Stdio) instance.address();
        return new BufferedReader(new InputStreamReader(stdio.output(), StandardCharsets.UTF_8), 1);
    }
}

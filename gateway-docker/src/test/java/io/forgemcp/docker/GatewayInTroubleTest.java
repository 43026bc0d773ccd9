package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.service.HealthCheck;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gateway of containers to which something bad happens that takes time: jumps of the clock, long sleeps, bad health. */
@NeedsEngine
@Timeout(180)
class GatewayInTroubleTest {
    private static final ServiceName MINI = ServiceName.of("mini");
    private static final ServiceName WEB = ServiceName.of("web");
    private static final ServiceName HANGING = ServiceName.of("hanging");
    private static final ServiceName DEAF = ServiceName.of("deaf");

    /** Longer than the five seconds after which a server on Node.js closes an idle connection. */
    private static final Duration LONG_SLEEP = Duration.ofSeconds(7);

    private static final int ROUNDS = 8;

    /** Answers everything but pings. */
    private static final String DEAF_SERVER =
            "require('readline').createInterface({input: process.stdin}).on('line', (line) => {"
                    + "const m = JSON.parse(line); if (m.id === undefined || m.method === 'ping') return;"
                    + "const r = m.method === 'initialize' ? {protocolVersion: m.params.protocolVersion, capabilities: {tools: {}},"
                    + " serverInfo: {name: 'deaf', version: '1'}}"
                    + " : m.method === 'tools/list' ? {tools: [{name: 'pid', inputSchema: {type: 'object'}}]}"
                    + " : {content: [{type: 'text', text: 'here'}]};"
                    + "process.stdout.write(JSON.stringify({jsonrpc: '2.0', id: m.id, result: r}) + '\\n'); })";

    /** Answers everything over HTTP but calls, of which it writes a line. */
    private static final String HANGING_SERVER =
            "require('http').createServer((q, s) => { let b = ''; q.on('data', (d) => b += d); q.on('end', () => {"
                    + "if (q.method !== 'POST') { s.writeHead(405); return s.end(); }"
                    + "const m = JSON.parse(b); if (m.id === undefined) { s.writeHead(202); return s.end(); }"
                    + "if (m.method === 'tools/call') return console.error('asked');"
                    + "const r = m.method === 'initialize' ? {protocolVersion: m.params.protocolVersion, capabilities: {tools: {}},"
                    + " serverInfo: {name: 'hanging', version: '1'}}"
                    + " : m.method === 'tools/list' ? {tools: [{name: 'wait', inputSchema: {type: 'object'}}]} : undefined;"
                    + "s.writeHead(200, {'Content-Type': 'application/json'}); s.end(JSON.stringify({jsonrpc: '2.0', id: m.id,"
                    + " ...(r ? {result: r} : {error: {code: -32601, message: 'unknown'}})}));"
                    + "}); }).listen(Number(process.argv[1]), '0.0.0.0')";

    private final SystemTimers real = new SystemTimers();
    private final JumpingClock clock = new JumpingClock(real);
    private DockerClient engine;
    private DockerSettings settings;
    private Gateway gateway;

    @BeforeEach
    void start() {
        engine = TestContainers.byHand();
        settings = TestContainers.settings("trouble");
        ServiceDefinition.Builder deaf = TestContainers.service("deaf", "node", "-e", DEAF_SERVER)
                .healthCheck(new HealthCheck(null, Duration.ofMillis(300), Duration.ofMillis(200)));
        gateway = Gateway.builder()
                .timers(clock)
                .runtime(new DockerRuntime(settings, clock))
                .service(TestContainers.mini("mini").build())
                .service(TestContainers.miniHttp("web").build())
                .service(deaf.build())
                .service(ServiceDefinition.of(
                                "hanging",
                                RuntimeChoice.DOCKER,
                                TestContainers.launch("node", "-e", HANGING_SERVER, "{port}"),
                                WireProtocol.STREAMABLE_HTTP)
                        .build())
                .build()
                .start();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        gateway.close();
        real.close();
        List<Container> left = TestContainers.of(engine, settings.owner());
        engine.close();
        assertThat(left).isEmpty();
    }

    @Test
    void aContainerThatIsKilledWhileItWakesFailsNoMoreThanThatCallAndServesTheNext() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            int before = Integer.parseInt(callUntilServed("mini-count"));
            await(gateway.services().sleep(MINI, Force.YES));
            String id = container("mini").getId();
            CompletionStage<String> call = gateway.call("mini-count", Map.of()).thenApply(result -> result.text());

            engine.killContainerCmd(id).exec();

            // Answered by the old one or the new one, or told: never silence, never twice.
            try {
                assertThat(await(call)).isIn(Integer.toString(before + 1), "1");
            } catch (ExecutionException told) {
                assertThat(told.getCause()).isInstanceOf(GatewayException.class).hasMessageContaining("mini");
            }
            assertThat(callUntilServed("mini-count")).isIn("1", "2");
        }
    }

    @Test
    void aCallUnderWayAtAnHttpServerThatIsKilledIsToldHowItEnded() throws Exception {
        CompletionStage<String> call = gateway.call("hanging-wait", Map.of()).thenApply(result -> result.text());
        while (!gateway.services().logs(HANGING, 1).contains("asked")) {
            Thread.onSpinWait();
        }
        engine.killContainerCmd(container("hanging").getId()).exec();

        assertThatThrownBy(() -> await(call))
                .hasMessageContaining("killed by signal 9")
                .hasMessageContaining("last line: asked")
                .hasMessageContaining("outcome of tools/call \"wait\" is unknown");
    }

    @Test
    void aClockThatJumpsAnHourEitherWayPutsNobodyToSleepAndWakesAndLosesNobody() throws Exception {
        assertThat(call("mini-count")).isEqualTo("1");
        for (Duration jump : List.of(Duration.ofHours(1), Duration.ofHours(-2))) {
            clock.jump(jump);
            assertThat(state(MINI)).isEqualTo(ServiceState.RUNNING);
            await(gateway.services().sleep(MINI, Force.YES));
            clock.jump(jump);
            assertThat(state(MINI)).isEqualTo(ServiceState.SLEEPING);
            call("mini-echo");
        }

        assertThat(call("mini-count")).isEqualTo("2");
        // What the engine tells is still heard, although it dates it otherwise.
        engine.pauseContainerCmd(container("mini").getId()).exec();
        while (state(MINI) != ServiceState.SLEEPING) {
            Thread.onSpinWait();
        }
        assertThat(call("mini-count")).isEqualTo("3");
    }

    @Test
    void afterASleepThatOutlivesItsConnectionsTheFirstCallOfAnHttpServerIsAnswered() throws Exception {
        assertThat(call("web-count")).isEqualTo("1");
        for (int round = 2; round <= 3; round++) {
            await(gateway.services().sleep(WEB, Force.YES));
            CompletableFuture<Void> slept = new CompletableFuture<>();
            real.schedule(LONG_SLEEP, () -> slept.complete(null));
            await(slept);

            assertThat(call("web-count")).isEqualTo(Integer.toString(round));
        }
    }

    @Test
    void aServerWhoseHealthChecksNeverPassIsReplacedAndTheReasonIsShown() throws Exception {
        assertThat(call("deaf-pid")).isEqualTo("here");
        String first = container("deaf").getId();

        String error = null;
        while (error == null) {
            error = gateway.services().status(DEAF).orElseThrow().errorMessage();
            Thread.onSpinWait();
        }

        assertThat(error).contains("deaf").contains("failed its health checks");
        assertThat(callUntilServed("deaf-pid")).isEqualTo("here");
        assertThat(container("deaf").getId()).isNotEqualTo(first);
    }

    private ServiceState state(ServiceName service) {
        return gateway.services().status(service).orElseThrow().state();
    }

    /** The only one that runs of this service. */
    private Container container(String service) {
        List<Container> running = TestContainers.of(engine, settings.owner()).stream()
                .filter(one -> service.equals(one.getLabels().get(Labels.SERVICE)))
                .filter(one -> List.of("running", "paused").contains(one.getState()))
                .toList();
        assertThat(running).hasSize(1);
        return running.get(0);
    }

    private String callUntilServed(String tool) throws Exception {
        while (true) {
            try {
                return call(tool);
            } catch (ExecutionException notYet) {
                assertThat(notYet.getCause()).isInstanceOf(GatewayException.class);
            }
        }
    }

    private String call(String tool) throws Exception {
        return await(gateway.call(tool, Map.of("token", "x"))).text();
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** Real time with a wall clock that somebody sets. */
    private static final class JumpingClock implements Timers {
        private final Timers real;
        private final AtomicReference<Duration> off = new AtomicReference<>(Duration.ZERO);

        JumpingClock(Timers real) {
            this.real = real;
        }

        void jump(Duration by) {
            off.updateAndGet(now -> now.plus(by));
        }

        @Override
        public Instant now() {
            return real.now().plus(off.get());
        }

        @Override
        public long nanoTime() {
            return real.nanoTime();
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return real.schedule(delay, task);
        }
    }
}

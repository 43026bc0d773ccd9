package io.forgemcp.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.gateway.alert.Alerts;
import io.forgemcp.gateway.catalog.Catalog;
import io.forgemcp.gateway.endpoint.CallTally;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.internal.Demand;
import io.forgemcp.gateway.internal.ScalingLoop;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.SleepSettings;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.routing.ToolMatch;
import io.forgemcp.gateway.scaling.ScalingDecision;
import io.forgemcp.gateway.scaling.ScalingRecord;
import io.forgemcp.gateway.scaling.efficiency.EfficiencyReport;
import io.forgemcp.gateway.scaling.prediction.ServicePrediction;
import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.VirtualServers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * An MCP gateway inside a Java program: many MCP servers behind a few endpoints, woken when a call needs them.
 *
 * <pre>{@code
 * try (Gateway gateway = Gateway.builder()
 *         .service(ServiceDefinition.stdio("everything", "npx", "-y", "@modelcontextprotocol/server-everything").build())
 *         .build()
 *         .start()) {
 *     ToolResult result = gateway.call("everything-echo", Map.of("message", "hello")).toCompletableFuture().join();
 * }
 * }</pre>
 *
 * <p>Thread-safe. {@link #start} and {@link #close} may block; nothing else does.
 */
public final class Gateway implements AutoCloseable {
    /** From here a call within the horizon of a forecast counts as likely. */
    public static final double LIKELY = Demand.LIKELY;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Wiring parts;

    Gateway(Wiring parts) {
        this.parts = parts;
    }

    /** Begins a gateway. */
    public static GatewayBuilder builder() {
        return new GatewayBuilder();
    }

    /**
     * Starts what should run without being called, and learns in the background what servers offer. Servers inside this
     * process are learnt before it returns.
     *
     * @return this gateway
     */
    public Gateway start() {
        parts.start();
        return this;
    }

    /**
     * Calls a tool by its prefixed name, {@code service-tool}, waking its server if need be. Cancelling the stage cancels
     * the call.
     *
     * @param arguments anything that Jackson writes as a JSON object
     * @return what the tool answered, also when the tool says that it failed; the stage fails with a {@link
     *     GatewayException} if there was no such answer
     */
    public CompletionStage<ToolResult> call(String tool, Map<String, ?> arguments) {
        return callAt(null, tool, arguments);
    }

    /** Calls a tool by the name under which this virtual server shows it. Otherwise as {@link #call(String, Map)}. */
    public CompletionStage<ToolResult> call(String virtualServer, String tool, Map<String, ?> arguments) {
        return callAt(virtualServer, tool, arguments);
    }

    private CompletionStage<ToolResult> callAt(@Nullable String virtualServer, String tool, Map<String, ?> arguments) {
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("name", tool);
        params.put("arguments", arguments);
        try {
            byte[] json = JSON.writeValueAsBytes(params);
            return ToolAnswers.toResult(parts.localClient().request(virtualServer, "tools/call", json));
        } catch (JsonProcessingException unwritable) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "The arguments for " + tool + " cannot be written as JSON: " + unwritable.getOriginalMessage(),
                    unwritable);
        }
    }

    /** Every tool that is known, under its prefixed name. Wakes nobody. */
    public List<ToolDescription> tools() {
        return describe(parts.virtualServers().view(null).tools());
    }

    /** The tools that this virtual server shows. Wakes nobody. */
    public List<ToolDescription> tools(String virtualServer) {
        return describe(parts.virtualServers().view(virtualServer).tools());
    }

    private static List<ToolDescription> describe(ExposedList tools) {
        return tools.entries().stream()
                .map(tool -> new ToolDescription(
                        tool.name(), tool.route().service(), tool.route().original(), tool.json()))
                .toList();
    }

    /** The tools that fit a task best, by the gateway's tool router. Wakes nobody. */
    public CompletionStage<List<ToolMatch>> search(String task, int limit) {
        return parts.toolSearch().search(task, limit);
    }

    /** What the scaling policy would do about every service now, with its reasons. Changes nothing. */
    public Map<ServiceName, ScalingDecision> scalingDecisions() {
        return parts.observation().scaling().decisions();
    }

    /**
     * Decides once, now, how many instances every service should have, and says what came of it.
     *
     * @param carryOut whether to change the numbers; otherwise nothing is changed and nothing recorded
     */
    public CompletionStage<List<ScalingRecord>> scale(boolean carryOut) {
        return parts.scale(carryOut ? ScalingLoop.Mode.APPLY : ScalingLoop.Mode.DRY_RUN);
    }

    /** The decisions about the number of instances, oldest first: what was changed or held back, and the newest of each service. */
    public List<ScalingRecord> scalingHistory() {
        return parts.observation().scaling().history();
    }

    /** How likely a call of each service is within the next minutes, why, and how good such forecasts were. Wakes nobody. */
    public List<ServicePrediction> predictions() {
        return parts.observation().demand().predictions();
    }

    /**
     * Wakes every service that sleeps and is likely to be called.
     *
     * @param threshold the least probability, from 0 to 1; {@link #LIKELY} is what is used without being asked
     */
    public List<ServicePrediction> applyPredictions(double threshold) {
        return parts.observation().demand().apply(threshold, false);
    }

    /** Changes how sleeping works for all services, from now on: whether they sleep, how long a call waits, what is woken early. */
    public void sleepSettings(SleepSettings settings) {
        parts.sleepSettings(settings);
    }

    /** What services use awake and asleep, and what sleeping saves, measured since the gateway started. */
    public EfficiencyReport efficiency() {
        return parts.observation().efficiency();
    }

    /** What is wrong now by the rules that the gateway was given, what was, and who takes care of it. */
    public Alerts alerts() {
        return parts.alerts();
    }

    /** The calls of every service that was called since the gateway started. */
    public Map<ServiceName, CallTally.Reading> calls() {
        Map<ServiceName, CallTally.Reading> calls = new TreeMap<>();
        parts.tallies().forEach((service, tally) -> calls.put(service, tally.read()));
        return calls;
    }

    /** Adds a service to a running gateway; it is there at once. */
    public void add(ServiceDefinition service) {
        parts.add(service);
    }

    /** Stops a service and forgets it. */
    public CompletionStage<Void> remove(ServiceName service) {
        return parts.remove(service);
    }

    /** Start, stop, sleep, wake and watch services. */
    public ServiceManager services() {
        return parts.services();
    }

    /** What every server offers. */
    public Catalog catalog() {
        return parts.catalog();
    }

    public VirtualServers virtualServers() {
        return parts.virtualServers();
    }

    /** What happens, as it happens. */
    public EventBus events() {
        return parts.events();
    }

    /** Where the gateway's parts measure to; {@link GatewayMetrics#destination} is what the builder was given. */
    public GatewayMetrics metrics() {
        return parts.metrics();
    }

    /** What outlives a restart. Closed with this gateway. */
    public GatewayStore store() {
        return parts.store();
    }

    public Timers timers() {
        return parts.timers();
    }

    public Authenticator authenticator() {
        return parts.authenticator();
    }

    public AccessPolicy accessPolicy() {
        return parts.accessPolicy();
    }

    /** For a web server: MCP over streamable HTTP. */
    public McpEndpoint streamableHttp() {
        return parts.streamableHttp();
    }

    /** For a web server: MCP over HTTP+SSE, the transport of 2024-11-05. */
    public McpEndpoint legacySse() {
        return parts.legacySse();
    }

    /** For a web server: bare JSON-RPC over POST. */
    public McpEndpoint rpc() {
        return parts.rpc();
    }

    /** Ends all sessions and stops every service. Idempotent. */
    @Override
    public void close() {
        parts.close();
    }
}

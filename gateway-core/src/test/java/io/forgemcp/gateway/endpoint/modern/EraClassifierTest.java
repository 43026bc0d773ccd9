package io.forgemcp.gateway.endpoint.modern;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.error.ErrorCode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every combination of verb, body, claim and header, and where it goes. */
class EraClassifierTest {
    private static final String FULL = ModernHttp.meta("{}");
    private static final String FUTURE = FULL.replace(ModernHttp.VERSION, "2031-01-01");
    private static final String OLD = FULL.replace(ModernHttp.VERSION, "2025-11-25");

    private final EraClassifier classifier = new EraClassifier();

    /** Body, header (null for none), outcome. */
    private record Row(String name, String body, String header, String outcome) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        String modern = ModernHttp.VERSION;
        String call = ModernHttp.body("1", "tools/list", "", FULL);
        String plain = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
        String initialize = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}";
        String note = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}";
        String claimedNote =
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":{\"_meta\":{" + FULL + "}}}";
        String response = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";
        return List.of(
                new Row("claim and header agree", call, modern, "modern"),
                new Row("header with white space", call, " 2026-07-28\t", "modern"),
                new Row(
                        "claim written with escapes",
                        call.replace(
                                "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol\\/protocolVersion"),
                        modern,
                        "modern"),
                new Row("initialize with a claim", ModernHttp.body("1", "initialize", "", FULL), modern, "modern"),
                new Row("claim, no header", call, null, "GW-1012"),
                new Row("claim, header of an older revision", call, "2025-11-25", "GW-1012"),
                new Row("claim, header of an unknown revision", call, "2031-01-01", "GW-1012"),
                new Row("unknown claim, header agrees", ModernHttp.body("1", "x", "", FUTURE), "2031-01-01", "GW-1105"),
                new Row("unknown claim, header does not", ModernHttp.body("1", "x", "", FUTURE), modern, "GW-1012"),
                new Row(
                        "claim of a revision with sessions",
                        ModernHttp.body("1", "x", "", OLD),
                        "2025-11-25",
                        "GW-1105"),
                new Row(
                        "claim that is no string",
                        ModernHttp.body("1", "x", "", FULL.replace("\"2026-07-28\"", "7")),
                        modern,
                        "GW-1013"),
                new Row(
                        "claim without capabilities",
                        ModernHttp.body("1", "x", "", "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\""),
                        modern,
                        "GW-1013"),
                new Row(
                        "capabilities that are no object",
                        ModernHttp.body("1", "x", "", ModernHttp.meta("[]")),
                        modern,
                        "GW-1013"),
                new Row(
                        "client info that is no object",
                        ModernHttp.body("1", "x", "", FULL.replace("{\"name\":\"t\",\"version\":\"1\"}", "1")),
                        modern,
                        "GW-1013"),
                new Row(
                        "log level that is none",
                        ModernHttp.body("1", "x", "", FULL + ",\"io.modelcontextprotocol/logLevel\":\"loud\""),
                        modern,
                        "GW-1013"),
                new Row("modern header, no claim", plain, modern, "GW-1013"),
                new Row(
                        "modern header, meta without claim",
                        ModernHttp.body("1", "x", "", "\"a\":1"),
                        modern,
                        "GW-1013"),
                new Row("modern header, initialize without claim", initialize, modern, "GW-1013"),
                new Row("no header, no claim", plain, null, "legacy"),
                new Row("older header, no claim", plain, "2025-06-18", "legacy"),
                new Row("unknown header, no claim", plain, "2031-01-01", "legacy"),
                new Row("initialize", initialize, null, "legacy"),
                new Row(
                        "progress token alone is no claim",
                        ModernHttp.body("1", "x", "", "\"progressToken\":1"),
                        null,
                        "legacy"),
                new Row("notification", note, null, "legacy"),
                new Row("notification under a modern header", note, modern, "modern"),
                new Row("notification with a claim, no header", claimedNote, null, "modern"),
                new Row("notification with a claim, other header", claimedNote, "2025-11-25", "GW-1012"),
                new Row("response", response, null, "legacy"),
                new Row("response under a modern header", response, modern, "GW-1002"),
                new Row("batch", "[" + plain + "," + note + "]", null, "legacy"),
                new Row("batch with white space before it", " \n[" + plain + "]", null, "legacy"),
                new Row("empty batch", "[]", null, "legacy"),
                new Row("batch with a modern element", "[" + plain + "," + call + "]", null, "GW-1002"),
                new Row("batch with something that is no message", "[1]", null, "legacy"),
                new Row("not JSON", "{", null, "GW-1001"),
                new Row("not JSON after a bracket", "[{]", null, "GW-1001"),
                new Row("no message", "{}", null, "GW-1002"))
                .stream();
    }

    @Test
    void aHeaderOfMcpThatIsThereTwiceIsRefusedInBothGenerations() {
        String plain = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
        List.of(
                        ModernHttp.request("1", "tools/list", "").repeating("Mcp-Method"),
                        FakeHttp.post(plain).session("s").repeating("Mcp-Session-Id"),
                        FakeHttp.get().session("s").repeating("Last-Event-ID"),
                        FakeHttp.delete().session("s").repeating("MCP-Protocol-Version"))
                .forEach(request -> assertThat(classifier.classify(request))
                        .isInstanceOfSatisfying(EraClassifier.Verdict.Refused.class, refused -> {
                            assertThat(refused.reason().code()).isEqualTo(ErrorCode.HEADER_MISMATCH);
                            assertThat(refused.id() == null).isEqualTo(request.verb() != McpRequest.Verb.POST);
                        }));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aPostGoesWhereItsBodySays(Row row) {
        FakeHttp request = FakeHttp.post(row.body());
        if (row.header() != null) {
            request.with("mcp-protocol-version", row.header());
        }

        assertThat(outcome(request)).isEqualTo(row.outcome());
    }

    @ParameterizedTest
    @CsvSource({
        "GET,,legacy",
        "DELETE,,legacy",
        "GET,2025-11-25,legacy",
        "GET,2026-07-28,GW-1009",
        "DELETE,2026-07-28,GW-1009"
    })
    void onlySessionsKnowOtherVerbs(String verb, String header, String outcome) {
        FakeHttp request = verb.equals("GET") ? FakeHttp.get() : FakeHttp.delete();
        if (header != null) {
            request.with("MCP-Protocol-Version", header);
        }

        assertThat(outcome(request)).isEqualTo(outcome);
    }

    @Test
    void aRefusalBearsTheIdOfItsRequestWhereThatCouldBeRead() {
        FakeHttp request =
                FakeHttp.post(ModernHttp.body("\"a\"", "x", "", FUTURE)).with("MCP-Protocol-Version", "2031-01-01");

        assertThat(((EraClassifier.Verdict.Refused) classifier.classify(request)).id())
                .hasToString("\"a\"");
    }

    private String outcome(FakeHttp request) {
        EraClassifier.Verdict verdict = classifier.classify(request);
        if (verdict instanceof EraClassifier.Verdict.Refused refused) {
            return refused.reason().code().code();
        }
        return verdict instanceof EraClassifier.Verdict.Modern ? "modern" : "legacy";
    }
}

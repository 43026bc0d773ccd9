package io.forgemcp.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.translate.FakeChildren.FakeChild;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests of the revision 2026-07-28, which know no sessions. */
class StatelessRequestTest {
    private final Bridged bridged = new Bridged();

    private Http send(Http request) {
        return request.to(bridged.bridge.streamableHttp());
    }

    private FakeChild child() {
        return bridged.children.last();
    }

    @Test
    void theyShareOneChildThatIsSpokenToWithoutAHandshake() {
        Http first = send(Http.modern("1", "server/discover", ""));
        Message forFirst = child().lastRequest();
        Http second = send(Http.modern("1", "server/discover", ""));
        Message forSecond = child().lastRequest();
        child().answer(forSecond, "{'n':2}");
        child().answer(forFirst, "{'n':1}");
        assertThat(first.json).contains("\"n\":1").contains("\"id\":1");
        assertThat(second.json).contains("\"n\":2").contains("\"id\":1");
        assertThat(child().methods()).doesNotContain("initialize");
        assertThat(bridged.children.all).hasSize(1);
        assertThat(first.header("Mcp-Session-Id", true)).isNull();
    }

    @Test
    void sessionsKeepTheirOwnChildrenBesideIt() {
        send(Http.modern("1", "server/discover", ""));
        bridged.session();
        assertThat(bridged.children.all).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "MCP-Protocol-Version, 2025-11-25",
        "Mcp-Method, tools/list",
        "Mcp-Name, other",
        "Mcp-Name, =?base64?eA==?="
    })
    void aHeaderThatSaysSomethingElseThanTheBodyIsRefused(String header, String value) {
        Http refused = send(Http.modern("1", "tools/call", "'name':'t',")
                .with("Mcp-Name", "t")
                .with(header, value));
        assertThat(refused.status).isEqualTo(400);
        assertThat(refused.json).contains("-32020").contains("\"id\":1");
        assertThat(bridged.children.all).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Param-Region"})
    void aHeaderThatIsThereTwiceIsRefusedBeforeTheChildHearsOfTheRequest(String header) {
        Http refused = send(Http.modern("1", "tools/call", "'name':'t',")
                .with("Mcp-Name", "t")
                .repeating(header));
        assertThat(refused.status).isEqualTo(400);
        assertThat(refused.json).contains("-32020").contains("\"id\":1").contains(header);
        assertThat(bridged.children.all).isEmpty();
    }

    @Test
    void aHeaderOfThisRevisionNeedsABodyOfThisRevisionAndAPost() {
        String session = bridged.session();
        assertThat(send(Http.post(Bridged.request("1", "tools/list", ""))
                                .with("MCP-Protocol-Version", "2026-07-28")
                                .session(session))
                        .status)
                .isEqualTo(400);
        assertThat(send(Http.get().with("MCP-Protocol-Version", "2026-07-28").session(session)).status)
                .isEqualTo(405);
        assertThat(send(Http.delete().with("MCP-Protocol-Version", "2026-07-28").session(session)).status)
                .isEqualTo(405);
        assertThat(send(Http.post("{'jsonrpc':'2.0','method':'notifications/x'}")
                                .with("MCP-Protocol-Version", "2026-07-28"))
                        .status)
                .isEqualTo(202);
    }

    @Test
    void argumentsThatAToolWantsRepeatedAreComparedOnceTheToolHasBeenListed() {
        String call = "'name':'t','arguments':{'region':'eu'},";
        send(Http.modern("1", "tools/call", call).with("Mcp-Name", "t"));
        assertThat(child().methods()).as("nothing is known of the tool yet").containsExactly("tools/call");
        send(Http.modern("2", "tools/list", ""));
        child().answer("{'tools':[{'name':'t','inputSchema':{'type':'object','properties':{'region':"
                + "{'type':'string','x-mcp-header':'Region'}}}}]}");
        Http missing = send(Http.modern("3", "tools/call", call).with("Mcp-Name", "t"));
        assertThat(missing.status).isEqualTo(400);
        assertThat(missing.json).contains("-32020").contains("Mcp-Param-Region");
        Http wrong =
                send(Http.modern("3", "tools/call", call).with("Mcp-Name", "t").with("Mcp-Param-Region", "us"));
        assertThat(wrong.status).isEqualTo(400);
        Http right =
                send(Http.modern("3", "tools/call", call).with("Mcp-Name", "t").with("Mcp-Param-Region", "eu"));
        assertThat(right.status).isZero();
    }

    @Test
    void aRequestHasToSayEnoughOfItselfAndSpeakAKnownRevision() {
        Http silent = send(Http.post("{'jsonrpc':'2.0','id':3,'method':'tools/list','params':{'_meta':{"
                        + "'io.modelcontextprotocol/protocolVersion':'2026-07-28'}}}")
                .with("MCP-Protocol-Version", "2026-07-28")
                .with("Mcp-Method", "tools/list"));
        assertThat(silent.status).isEqualTo(400);
        assertThat(silent.json).contains("-32602").contains("\"id\":3");
        assertThat(bridged.children.all).isEmpty();
        Http unknown = send(Http.post("{'jsonrpc':'2.0','id':4,'method':'tools/list','params':{'_meta':{"
                        + "'io.modelcontextprotocol/protocolVersion':'2099-01-01',"
                        + "'io.modelcontextprotocol/clientCapabilities':{}}}}")
                .with("MCP-Protocol-Version", "2099-01-01")
                .with("Mcp-Method", "tools/list"));
        assertThat(child().methods()).containsExactly("server/discover");
        child().answer("{'supportedVersions':['2026-07-28','2031-01-01']}");
        assertThat(unknown.status).isEqualTo(400);
        assertThat(unknown.json)
                .contains("-32022")
                .contains("\"id\":4")
                .contains("\"supported\":[\"2026-07-28\",\"2031-01-01\"]")
                .contains("\"requested\":\"2099-01-01\"");
    }

    @Test
    void whatOlderRevisionsCallSubscribingIsTheServersToRefuse() {
        Http asked = send(Http.modern("1", "resources/unsubscribe", "'uri':'a://b',"));
        child().say("{'jsonrpc':'2.0','id':" + child().lastRequest().requireId().json()
                + ",'error':{'code':-32601,'message':'m'}}");
        assertThat(asked.status).isEqualTo(404);
    }

    @Test
    void aMissingHeaderIsRefusedAndAnEncodedOneRead() {
        assertThat(send(Http.modern("1", "tools/call", "'name':'t',")).status).isEqualTo(400);
        Http encoded = send(Http.modern("1", "resources/read", "'uri':'a://é',")
                .with(
                        "Mcp-Name",
                        "=?base64?"
                                + java.util.Base64.getEncoder()
                                        .encodeToString("a://é".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                                + "?="));
        assertThat(encoded.status).isZero();
        assertThat(child().methods()).containsExactly("resources/read");
    }

    @ParameterizedTest
    @CsvSource({"-32601, 404", "-32021, 400", "-32022, 400", "-32602, 200", "-1, 200"})
    void theStatusSaysWhatTheErrorSays(int code, int status) {
        Http asked = send(Http.modern("'x'", "no/such", ""));
        child().say("{'jsonrpc':'2.0','id':" + child().lastRequest().requireId().json() + ",'error':{'code':" + code
                + ",'message':'m','data':[1.0]}}");
        assertThat(asked.status).isEqualTo(status);
        assertThat(asked.json).contains("\"id\":\"x\"").contains("\"data\":[1.0]");
    }

    @Test
    void aClientThatGoesAwayCancelsItsRequest() {
        Http gone = send(Http.modern("1", "tools/list", ""));
        Message request = child().lastRequest();
        Http other = send(Http.modern("1", "tools/list", ""));
        gone.disconnect();
        Message cancelled = child().received.get(child().received.size() - 1);
        assertThat(cancelled.method()).isEqualTo("notifications/cancelled");
        assertThat(cancelled.get(Message.Field.CANCELLED_ID))
                .hasToString(request.requireId().json());
        child().answer(request, "{}");
        assertThat(gone.isAnswered()).isFalse();
        assertThat(other.isAnswered()).isFalse();
    }

    @Test
    void progressAndSubscriptionsComeBackUnderTheClientsOwnNames() {
        Http listening = send(Http.modern("'sub'", "subscriptions/listen", ""));
        String number = child().lastRequest().requireId().json();
        String meta = "'_meta':{'io.modelcontextprotocol/subscriptionId':'" + number + "','k':1}";
        child().say("{'jsonrpc':'2.0','method':'notifications/subscriptions/acknowledged','params':{" + meta + "}}");
        child().say("{'jsonrpc':'2.0','method':'notifications/tools/list_changed','params':{"
                + meta.replace("'" + number + "'", number) + "}}");
        child().say("{'jsonrpc':'2.0','id':" + number + ",'result':{" + meta + "}}");
        assertThat(listening.events)
                .hasSize(3)
                .allSatisfy(event -> assertThat(event)
                        .contains("\"io.modelcontextprotocol/subscriptionId\":\"sub\"")
                        .contains("\"k\":1"));
        assertThat(listening.closed).isTrue();
        Http working = send(Http.modern("2", "tools/list", ""));
        child().say("{'jsonrpc':'2.0','method':'notifications/progress','params':{'progressToken':"
                + child().lastRequest().requireId().json() + "}}");
        assertThat(working.events).singleElement().asString().contains("\"progressToken\":\"mine\"");
    }

    @Test
    void aLogMessageIsDeliveredOnlyWhereItCanBelongToOneRequestThatAskedForIt() {
        String log = "{'jsonrpc':'2.0','method':'notifications/message','params':{'data':'x'}}";
        Http silent = send(Http.modern("1", "tools/list", ""));
        child().say(log);
        assertThat(silent.isAnswered()).isFalse();
        child().answer("{}");
        Http asking = send(Http.post("{'jsonrpc':'2.0','id':2,'method':'tools/list','params':{'_meta':{"
                        + "'io.modelcontextprotocol/protocolVersion':'2026-07-28',"
                        + "'io.modelcontextprotocol/clientCapabilities':{},"
                        + "'io.modelcontextprotocol/logLevel':'debug'}}}")
                .with("MCP-Protocol-Version", "2026-07-28")
                .with("Mcp-Method", "tools/list"));
        child().say(log);
        assertThat(asking.events).hasSize(1);
        send(Http.modern("3", "tools/list", ""));
        child().say(log);
        assertThat(asking.events).hasSize(1);
    }

    @Test
    void aDeadChildIsReplacedWithoutAHandshake() {
        Http asked = send(Http.modern("1", "tools/list", ""));
        child().die();
        assertThat(asked.json).contains("GW-1503");
        bridged.pass(Duration.ofSeconds(1));
        assertThat(bridged.children.all).hasSize(2);
        assertThat(child().received).isEmpty();
    }
}

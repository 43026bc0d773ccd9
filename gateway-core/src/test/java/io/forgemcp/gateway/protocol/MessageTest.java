package io.forgemcp.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Message.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "REQUEST      | {'jsonrpc':'2.0','id':1,'method':'ping'}",
                "REQUEST      | {'method':'ping','params':{},'id':'','jsonrpc':'2.0'}",
                "REQUEST      | {'jsonrpc':'2.0','id':1.0,'method':'ping'}",
                "REQUEST      | {'jsonrpc':'2.0','id':-1.50e3,'method':'ping'}",
                "REQUEST      | {'jsonrpc':'2.0','id':123456789012345678901234567890123456789012345,'method':'ping'}",
                "NOTIFICATION | {'jsonrpc':'2.0','method':'notifications/initialized'}",
                "RESULT       | {'jsonrpc':'2.0','id':'a','result':null}",
                "ERROR        | {'jsonrpc':'2.0','id':1,'error':{'code':1,'message':''}}",
                "ERROR        | {'jsonrpc':'2.0','id':null,'error':{'code':1,'message':''}}",
                "ERROR        | {'jsonrpc':'2.0','error':{'code':1,'message':''}}",
            })
    void theKindFollowsFromTheMembers(Kind kind, String text) {
        Message message = parse(text);
        assertThat(message.kind()).isEqualTo(kind);
        assertThat(message.isRequest()).isEqualTo(kind == Kind.REQUEST);
        assertThat(message.isNotification()).isEqualTo(kind == Kind.NOTIFICATION);
        assertThat(message.isAnswer()).isEqualTo(kind == Kind.RESULT || kind == Kind.ERROR);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "17",
                "[{'jsonrpc':'2.0','method':'ping','id':1}]",
                "{'id':1,'method':'ping'}",
                "{'jsonrpc':2.0,'id':1,'method':'ping'}",
                "{'jsonrpc':'2.1','id':1,'method':'ping'}",
                "{'jsonrpc':'2.0'}",
                "{'jsonrpc':'2.0','id':1}",
                "{'jsonrpc':'2.0','id':null,'method':'ping'}",
                "{'jsonrpc':'2.0','id':{},'method':'ping'}",
                "{'jsonrpc':'2.0','id':1.5,'method':'ping'}",
                "{'jsonrpc':'2.0','id':15e-1,'method':'ping'}",
                "{'jsonrpc':'2.0','id':1e-999999999999,'method':'ping'}",
                "{'jsonrpc':'2.0','id':[1],'method':'ping'}",
                "{'jsonrpc':'2.0','id':true,'method':'ping'}",
                "{'jsonrpc':'2.0','id':1,'method':1}",
                "{'jsonrpc':'2.0','id':1,'method':null}",
                "{'jsonrpc':'2.0','id':1,'method':'ping','params':[]}",
                "{'jsonrpc':'2.0','id':1,'method':'ping','params':null}",
                "{'jsonrpc':'2.0','id':1,'method':'ping','result':{}}",
                "{'jsonrpc':'2.0','id':1,'method':'ping','error':{}}",
                "{'jsonrpc':'2.0','id':1,'result':{},'error':{}}",
                "{'jsonrpc':'2.0','result':{}}",
                "{'jsonrpc':'2.0','id':null,'result':{}}",
                "{'jsonrpc':'2.0','id':true,'error':{}}",
                "{'jsonrpc':'2.0','id':{},'error':{}}"
            })
    void whatIsNotOneMessageIsAnInvalidRequest(String text) {
        assertRefused(text, ErrorCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "  ", "{", "[1] 2", "{'jsonrpc':'2.0','method':'a'} x", "{'jsonrpc':'2.0','method':'a'}{}"})
    void whatIsNotJsonIsMalformed(String text) {
        assertRefused(text, ErrorCode.MALFORMED_JSON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'jsonrpc':'2.0','id':1,'id':2,'method':'ping'}",
                "{'jsonrpc':'2.0','id':1,'method':'ping','method':'tools/call'}",
                "{'jsonrpc':'2.0','id':1,'method':'ping','\\u006dethod':'tools/call'}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'a','name':'b'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'a','n\\u0061me':'b'}}",
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{},'params':{}}",
                "{'jsonrpc':'2.0','id':1,'method':'a','params':{'_meta':{'progressToken':1,'progressToken':2}}}",
                "{'jsonrpc':'2.0','id':1,'method':'a','params':{'_meta':{},'_meta':{}}}"
            })
    void anEnvelopeMemberThatStandsTwiceIsRefused(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("stands twice in one object");
    }

    @Test
    void aSurrenderedAnswerTakesAnIdThatFitsInPlace() {
        Message message = parse("{'jsonrpc':'2.0','id':1700000000000001,'result':{'n':1}}");

        byte[] text = message.surrenderWith(Field.ID, "\"a\"".getBytes(UTF_8));

        assertThat(text).isSameAs(message.bytes());
        assertThat(Message.parse(text).id()).isEqualTo(new RequestId("\"a\""));
        assertThat(Message.parse(text).get(Field.RESULT)).hasToString("{\"n\":1}");
    }

    @Test
    void aSurrenderedAnswerIsCopiedForAnIdThatDoesNotFit() {
        Message message = parse("{'jsonrpc':'2.0','id':7,'result':{}}");

        byte[] text = message.surrenderWith(Field.ID, "1000000".getBytes(UTF_8));

        assertThat(new String(text, UTF_8)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1000000,\"result\":{}}");
        assertThat(message.id()).isEqualTo(new RequestId("7"));
    }

    @Test
    void membersOfArgumentsMayHaveTheNamesOfTheEnvelope() {
        Message message = parse(
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'arguments':{'name':'x','method':'y','id':2,'_meta':{'progressToken':9}},'name':'t'}}");
        assertThat(message.text(Field.NAME)).isEqualTo("t");
        assertThat(message.id()).isEqualTo(RequestId.of(1));
        assertThat(message.has(Field.PROGRESS_TOKEN)).isFalse();
    }

    @Test
    void namesWrittenWithEscapesAreSeen() {
        Message message = parse(
                "{'jsonrp\\u0063':'2.0','\\u0069d':5,'\\u006dethod':'tools\\/call','p\\u0061rams':{'n\\u0061me':'\\u0061b'}}");
        assertThat(message.method()).isEqualTo("tools/call");
        assertThat(message.text(Field.NAME)).isEqualTo("ab");
        assertThat(message.numericId()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "'1'", "1.0", "-0", "123456789012345678901234567890", "''", "'\\u0061'", "'é'", "1e3"})
    void anIdKeepsItsTypeAndItsDigits(String id) {
        String json = id.replace('\'', '"');
        RequestId read =
                parse("{'jsonrpc':'2.0','id': " + id + " ,'method':'ping'}").requireId();
        assertThat(read.json()).isEqualTo(json);
        byte[] answer = Messages.result(read, "{}".getBytes(UTF_8));
        assertThat(new String(answer, UTF_8)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":" + json + ",\"result\":{}}");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "7,7",
        "123456789012345678,123456789012345678",
        "1234567890123456789,-1",
        "-1,-1",
        "1.0,-1",
        "1e2,-1",
        "'5',-1"
    })
    void onlyAPlainIdHasANumber(String id, long number) {
        assertThat(parse("{'jsonrpc':'2.0','id':" + (id.equals("5") ? "'5'" : id) + ",'result':{}}")
                        .numericId())
                .isEqualTo(number);
    }

    @Test
    void partsThatAreAbsentAreNull() {
        Message message = parse("{'jsonrpc':'2.0','method':'x'}");
        assertThat(message.get(Field.PARAMS)).isNull();
        assertThat(message.text(Field.NAME)).isNull();
        assertThat(message.id()).isNull();
        assertThat(message.numericId()).isEqualTo(-1);
        assertThatThrownBy(message::requireId).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> message.with(Field.ID, new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThat(message.edit().set(Field.ID, new byte[] {'1'}).toBytes()).isEqualTo(message.bytes());
        assertThatThrownBy(() -> parse("{'jsonrpc':'2.0','id':1,'result':{}}").method())
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theIdOfACancelledRequestAndTheTokenOfProgressAreFound() {
        Message cancelled =
                parse("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':'r','reason':'x'}}");
        assertThat(cancelled.get(Field.CANCELLED_ID)).hasToString("\"r\"");
        Message progress =
                parse("{'jsonrpc':'2.0','method':'notifications/progress','params':{'progressToken':12,'progress':1}}");
        assertThat(progress.plainNumber(Field.PROGRESS)).isEqualTo(12);
        Message request = parse("{'jsonrpc':'2.0','id':1,'method':'a','params':{'_meta':{'progressToken':'t','x':1}}}");
        assertThat(request.text(Field.PROGRESS_TOKEN)).isEqualTo("t");
        assertThat(request.has(Field.PROGRESS)).isFalse();
    }

    @Test
    void severalPartsAreReplacedWhateverTheirOrder() {
        Message message = parse(
                " {'params' : {'_meta':{'progressToken': 1 , 'x':1.0},'name':'a'}, 'id' : 'old' ,'jsonrpc':'2.0','method':'m'} ");
        byte[] edited = message.edit()
                .set(Field.ID, "900".getBytes(UTF_8))
                .set(Field.NAME, "\"b\"".getBytes(UTF_8))
                .set(Field.PROGRESS_TOKEN, "\"long token\"".getBytes(UTF_8))
                .toBytes();
        assertThat(new String(edited, UTF_8).replace('"', '\''))
                .isEqualTo(
                        " {'params' : {'_meta':{'progressToken': 'long token' , 'x':1.0},'name':'b'}, 'id' : 900 ,'jsonrpc':'2.0','method':'m'} ");
    }

    @Test
    void replacingAPartAndAPartOfItAtOnceIsRefused() {
        Message message = parse("{'jsonrpc':'2.0','method':'m','params':{'name':'a'}}");
        Message.Edit outer = message.edit().set(Field.PARAMS, "{}".getBytes(UTF_8));
        assertThatThrownBy(() -> outer.set(Field.NAME, "1".getBytes(UTF_8)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("PARAMS");
        Message.Edit inner = message.edit().set(Field.NAME, "1".getBytes(UTF_8));
        assertThatThrownBy(() -> inner.set(Field.PARAMS, "{}".getBytes(UTF_8)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("NAME");
    }

    @Test
    void theEnvelopeCountsForTheNestingLimit() {
        String deepest = "[".repeat(998) + "]".repeat(998);
        assertThat(parse("{'jsonrpc':'2.0','method':'m','params':{'a':" + deepest + "}}"))
                .isNotNull();
        assertRefused("{'jsonrpc':'2.0','method':'m','params':{'a':[" + deepest + "]}}", ErrorCode.NESTING_TOO_DEEP);
        assertThatThrownBy(() -> Message.parse("{\"params\":{\"_meta\":{}}}".getBytes(UTF_8), 2))
                .hasMessageContaining("deeper than 2 levels");
    }

    @Test
    void theShortFormForLogsHasNoContent() {
        assertThat(parse(
                        "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'arguments':{'password':'hunter2'}}}"))
                .hasToString("REQUEST tools/call id 1 (92 bytes)");
    }

    private static Message parse(String text) {
        return Message.parse(text.replace('\'', '"').getBytes(UTF_8));
    }

    private static void assertRefused(String text, ErrorCode code) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}

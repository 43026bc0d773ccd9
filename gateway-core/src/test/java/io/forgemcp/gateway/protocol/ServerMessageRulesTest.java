package io.forgemcp.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.GatewayException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client's library would choke on does not pass for a message. */
class ServerMessageRulesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'id':1,'result':{}",
                "'id':1,'error':{'code':-32000,'message':''}",
                "'id':1,'error':{'code':1e3,'message':'m','data':null}",
                "'id':1,'method':'vendor/ask'",
                "'method':'notifications/progress','params':{'progressToken':'t','progress':0.5}",
                "'method':'notifications/message','params':{'level':'odd','data':null}",
                "'method':'notifications/resources/updated','params':{'uri':'a:b'}",
                "'method':'notifications/tools/list_changed'",
                "'method':'vendor/said','params':{}"
            })
    void whatMcpAllowsPasses(String members) {
        assertThatCode(() -> ServerMessageRules.check(message(members))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'id':1,'result':null",
                "'id':1,'result':[]",
                "'id':1,'error':null",
                "'id':1,'error':'boom'",
                "'id':1,'error':{'message':'m'}",
                "'id':1,'error':{'code':'1','message':'m'}",
                "'id':1,'error':{'code':1.5,'message':'m'}",
                "'id':1,'error':{'code':1}",
                "'error':{'code':1,'message':5}",
                "'method':'notifications/progress'",
                "'method':'notifications/progress','params':{'progressToken':null,'progress':1}",
                "'method':'notifications/progress','params':{'progressToken':1,'progress':'half'}",
                "'method':'notifications/message','params':{'level':3,'data':1}",
                "'method':'notifications/message','params':{'level':'info'}",
                "'method':'notifications/resources/updated','params':{'uri':5}",
                "'method':'notifications/elicitation/complete','params':{}",
                "'method':'notifications/tasks/status','params':{'taskId':'t'}"
            })
    void whatMcpDoesNotAllowIsNamed(String members) {
        assertThatThrownBy(() -> ServerMessageRules.check(message(members)))
                .isInstanceOf(GatewayException.class)
                .hasMessageMatching(".*\"(result|error|[a-zA-Z]+)\".*");
    }

    private static Message message(String members) {
        return Message.parse(
                ("{'jsonrpc':'2.0'," + members + "}").replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}

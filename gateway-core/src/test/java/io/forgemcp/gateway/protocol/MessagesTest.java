package io.forgemcp.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MessagesTest {
    @Test
    void aRequestSaysWhatItWasGiven() {
        Message request = Messages.request(RequestId.of("a\"b"), "tools/\"call", "{\"name\":\"é\"}".getBytes(UTF_8));
        assertThat(request.id()).isEqualTo(RequestId.of("a\"b"));
        assertThat(request.method()).isEqualTo("tools/\"call");
        assertThat(request.text(Field.NAME)).isEqualTo("é");
        assertThat(Messages.request(RequestId.of(3), "ping", null).has(Field.PARAMS))
                .isFalse();
        assertThat(Messages.notification("x", null).isNotification()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void anErrorCarriesItsCodesAndItsText(ErrorCode code) throws Exception {
        byte[] bytes = Messages.error(RequestId.of(4), new GatewayException(code, "Quote \" and\nline"));
        assertThat(Message.parse(bytes).kind()).isEqualTo(Message.Kind.ERROR);
        JsonNode error = Oracle.MAPPER.readTree(bytes).path("error");
        assertThat(error.path("code").intValue()).isEqualTo(code.jsonRpcCode());
        assertThat(error.path("message").asText()).isEqualTo("Quote \" and\nline");
        assertThat(error.path("data").path("code").asText()).isEqualTo(code.code());
    }

    @Test
    void anErrorWithoutARequestHasANullId() {
        byte[] bytes = Messages.error(null, new GatewayException(ErrorCode.MALFORMED_JSON, "x"));
        assertThat(new String(bytes, UTF_8)).contains("\"id\":null");
        assertThat(Message.parse(bytes).id()).isNull();
    }

    @Test
    void anIdIsNeverEmpty() {
        assertThatThrownBy(() -> new RequestId("")).isInstanceOf(IllegalArgumentException.class);
        assertThat(RequestId.of(12)).hasToString("12");
        assertThat(RequestId.of("12")).hasToString("\"12\"").isNotEqualTo(RequestId.of(12));
        assertThat(RequestId.of("é").toBytes()).isEqualTo("\"é\"".getBytes(UTF_8));
    }
}

package io.forgemcp.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.forgemcp.gateway.protocol.JsonText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** A JSON object a line, for machines. */
final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final byte[] NONE = {};

    @Override
    public byte[] headerBytes() {
        return NONE;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        member(line, "{\"time\":", Instant.ofEpochMilli(event.getTimeStamp()).toString());
        member(line, ",\"level\":", event.getLevel().toString());
        member(line, ",\"logger\":", event.getLoggerName());
        member(line, ",\"thread\":", event.getThreadName());
        member(line, ",\"message\":", event.getFormattedMessage());
        if (event.getThrowableProxy() != null) {
            member(line, ",\"error\":", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        line.writeBytes("}\n".getBytes(StandardCharsets.US_ASCII));
        return line.toByteArray();
    }

    @Override
    public byte[] footerBytes() {
        return NONE;
    }

    private static void member(ByteArrayOutputStream line, String name, String value) {
        line.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        line.writeBytes(JsonText.quote(value));
    }
}

package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.GatewayException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one server sent that is no message and nobody's answer: told once, then counted. Thread-safe. */
final class PassedOver {
    private static final Logger LOG = LoggerFactory.getLogger(PassedOver.class);
    static final String SEE_ITS_LOG = "its own log may say why";

    private static final int LOOKED_AT = 200;
    private static final int LONGEST_EXCERPT = 80;
    private static final Pattern MEMBER = Pattern.compile("\"([A-Za-z_]{1,20})\"\\s*:");
    private static final Pattern WORDS = Pattern.compile("\\s*([A-Z]?[a-z]{0,14}(?: [a-z]{1,14}){0,3})(?![A-Za-z0-9])");

    private final String service;
    private final String advice;
    private final AtomicLong count = new AtomicLong();

    /** @param advice what whoever runs the server can do */
    PassedOver(String service, String advice) {
        this.service = service;
        this.advice = advice;
    }

    void add(byte[] text, GatewayException reason) {
        if (count.incrementAndGet() == 1) {
            LOG.warn(
                    "Service sends what is no MCP message, which is passed over; {}: service={} reason=\"{}\""
                            + " excerpt=\"{}\"",
                    advice,
                    service,
                    reason.getMessage(),
                    excerpt(text));
        } else {
            LOG.debug("Passed over what is no MCP message: service={} count={}", service, count);
        }
    }

    /** Enough to recognise it by, and nothing that could be secret: names of members, or the first few plain words. */
    static String excerpt(byte[] text) {
        String head = new String(text, 0, Math.min(text.length, LOOKED_AT), StandardCharsets.ISO_8859_1);
        StringBuilder shown = new StringBuilder();
        if (head.stripLeading().startsWith("{")) {
            Matcher names = MEMBER.matcher(head);
            while (names.find() && shown.length() < LONGEST_EXCERPT) {
                shown.append(shown.length() == 0 ? "{" : ", ").append(names.group(1));
            }
        } else {
            Matcher words = WORDS.matcher(head);
            shown.append(words.lookingAt() ? words.group(1) : "");
        }
        return shown + "...";
    }
}

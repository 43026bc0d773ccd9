package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.endpoint.SingleHeaders;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.DetailedException;
import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.protocol.HeaderText;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.protocol.RequestMeta;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells which generation of MCP an HTTP request speaks. The body decides: a request whose {@code _meta} names a revision
 * is modern, whatever its method; the header only has to agree (MCP 2026-07-28, Versioning). Stateless.
 */
final class EraClassifier {
    private static final String VERSION = "MCP-Protocol-Version";

    /** What becomes of a request. */
    sealed interface Verdict {
        /** It belongs to the generation with sessions; the message is null for a batch and for what has no body. */
        record Legacy(@Nullable Message message) implements Verdict {}

        /** It is a request of a modern revision that the gateway serves, or a notification, which says less of itself. */
        record Modern(Message message, @Nullable RequestMeta meta) implements Verdict {}

        /** It is nothing that can be served. */
        record Refused(@Nullable RequestId id, GatewayException reason) implements Verdict {}
    }

    private static final Verdict LEGACY = new Verdict.Legacy(null);

    Verdict classify(McpRequest request) {
        try {
            SingleHeaders.check(request);
        } catch (GatewayException repeated) {
            boolean post = request.verb() == McpRequest.Verb.POST;
            return new Verdict.Refused(post ? RequestId.findIn(request.body()) : null, repeated);
        }
        String header = request.header(VERSION);
        String named = header == null ? null : HeaderText.trimmed(header);
        String repeated = request.repeatedHeader();
        if (request.verb() != McpRequest.Verb.POST) {
            return isModern(named)
                    ? refused(
                            null,
                            ErrorCode.METHOD_NOT_ALLOWED,
                            "MCP " + named + " knows POST only: no stream to GET, no session to DELETE.")
                    : LEGACY;
        }
        byte[] body = request.body();
        Message message;
        try {
            if (isBatch(body)) {
                return batch(body);
            }
            message = Message.parse(body);
        } catch (GatewayException unreadable) {
            return new Verdict.Refused(RequestId.findIn(body), unreadable);
        }
        if (message.isAnswer()) {
            return isModern(named)
                    ? refused(
                            null,
                            ErrorCode.INVALID_REQUEST,
                            "In MCP " + named + " a client sends no responses: it sends the request again, with"
                                    + " inputResponses.")
                    : new Verdict.Legacy(message);
        }
        return message.has(Field.CLAIMED_VERSION) ? claimed(message, named) : unclaimed(message, named);
    }

    private static Verdict claimed(Message message, @Nullable String named) {
        RequestId id = message.id();
        String claim = message.text(Field.CLAIMED_VERSION);
        RequestMeta meta = null;
        if (message.isRequest()) {
            try {
                meta = RequestMeta.read(message);
            } catch (GatewayException invalid) {
                return new Verdict.Refused(id, invalid);
            }
        }
        if (claim == null) {
            return refused(
                    id,
                    ErrorCode.REQUEST_META_INVALID,
                    "\"" + RequestMeta.PROTOCOL_VERSION + "\" in params._meta has to be a string.");
        }
        // Nothing is said about the headers of notifications; when they say something, it has to be true.
        if (named == null && message.isRequest()) {
            return refused(
                    id,
                    ErrorCode.HEADER_MISMATCH,
                    "The header " + VERSION + " is missing; the body speaks " + quoted(claim) + ".");
        }
        if (named != null && !named.equals(claim)) {
            return refused(
                    id,
                    ErrorCode.HEADER_MISMATCH,
                    "The header " + VERSION + " says " + quoted(named) + ", the body speaks " + quoted(claim) + ".");
        }
        return isModern(claim) ? new Verdict.Modern(message, meta) : new Verdict.Refused(id, unknownRevision(claim));
    }

    private static Verdict unclaimed(Message message, @Nullable String named) {
        if (!isModern(named)) {
            return new Verdict.Legacy(message);
        }
        if (message.isNotification()) {
            return new Verdict.Modern(message, null);
        }
        return refused(
                message.id(),
                ErrorCode.REQUEST_META_INVALID,
                "The header " + VERSION + " says " + named + ", so params._meta needs \"" + RequestMeta.PROTOCOL_VERSION
                        + "\" and \"" + RequestMeta.CLIENT_CAPABILITIES + "\".");
    }

    private static Verdict batch(byte[] body) {
        for (JsonSlice element : JsonSlice.parse(body).elements()) {
            JsonSlice params = element.member("params");
            JsonSlice meta = params == null ? null : params.member("_meta");
            if (meta != null && meta.member(RequestMeta.PROTOCOL_VERSION) != null) {
                return refused(
                        null,
                        ErrorCode.INVALID_REQUEST,
                        "Requests of MCP " + ProtocolVersion.LATEST.date()
                                + " do not come in batches. Post each by itself.");
            }
        }
        return LEGACY;
    }

    private static boolean isBatch(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b == '[';
            }
        }
        return false;
    }

    private static boolean isModern(@Nullable String version) {
        return version != null
                && ProtocolVersion.find(version)
                        .filter(known -> known.era() == Era.MODERN)
                        .isPresent();
    }

    private static GatewayException unknownRevision(String claim) {
        return new DetailedException(
                ErrorCode.UNKNOWN_REVISION,
                "The gateway does not speak MCP " + quoted(claim) + " without a session. It speaks "
                        + String.join(", ", supported()) + "; those before " + ProtocolVersion.LATEST.date()
                        + " begin with initialize.",
                "\"supported\":" + supportedJson() + ",\"requested\":" + quoted(claim));
    }

    /** The revisions that the gateway speaks, newest first. */
    private static List<String> supported() {
        List<String> dates = Arrays.stream(ProtocolVersion.values())
                .map(ProtocolVersion::date)
                .collect(Collectors.toList());
        Collections.reverse(dates);
        return dates;
    }

    /** The same as a JSON array. */
    static String supportedJson() {
        return supported().stream().map(EraClassifier::quoted).collect(Collectors.joining(",", "[", "]"));
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    private static Verdict refused(@Nullable RequestId id, ErrorCode code, String message) {
        return new Verdict.Refused(id, new GatewayException(code, message));
    }
}

package io.forgemcp.gateway.error;

/**
 * Every failure the gateway itself can report, with its stable name, its JSON-RPC code towards MCP clients and its
 * HTTP status towards REST clients. {@code docs/troubleshooting.md} has one entry for each.
 *
 * <p>Codes without a counterpart in JSON-RPC 2.0 or MCP lie outside -32768..-32000, as the MCP specification asks
 * (MCP 2026-07-28, Base Protocol, Error Codes): there the JSON-RPC code is the number in the name.
 */
public enum ErrorCode {
    /** The body is not JSON. */
    MALFORMED_JSON("GW-1001", -32700, 400),
    /** The body is JSON but not a JSON-RPC 2.0 message. */
    INVALID_REQUEST("GW-1002", -32600, 400),
    /** The body nests arrays and objects deeper than allowed. */
    NESTING_TOO_DEEP("GW-1003", -32600, 400),
    /** The body is larger than allowed. */
    BODY_TOO_LARGE("GW-1004", -32600, 413),
    /** The Content-Type is not application/json. */
    UNSUPPORTED_MEDIA_TYPE("GW-1005", -32600, 415),
    /** The Accept header names neither JSON nor an event stream. */
    NOT_ACCEPTABLE("GW-1006", -32600, 406),
    /** No such MCP method. */
    METHOD_NOT_FOUND("GW-1007", -32601, 404),
    /** The parameters do not fit the method. */
    INVALID_PARAMS("GW-1008", -32602, 422),
    /** The HTTP method does not fit the path. */
    METHOD_NOT_ALLOWED("GW-1009", -32600, 405),
    /** No such path. */
    NOT_FOUND("GW-1010", -32600, 404),
    /** The body did not arrive in time. */
    REQUEST_TIMEOUT("GW-1011", -32600, 408),
    /** A header of a request does not say what its body says. */
    HEADER_MISMATCH("GW-1012", -32020, 400),
    /** The {@code _meta} of a request lacks what every modern request must say of itself. */
    REQUEST_META_INVALID("GW-1013", -32602, 400),
    /** The request needs a capability that its client has not declared. */
    CLIENT_CAPABILITY_MISSING("GW-1014", -32021, 400),

    /** The request needs an Mcp-Session-Id. */
    SESSION_REQUIRED("GW-1101", -32600, 400),
    /** The Mcp-Session-Id is unknown, expired or deleted. */
    SESSION_NOT_FOUND("GW-1102", -32600, 404),
    /** The MCP-Protocol-Version is not supported. */
    UNSUPPORTED_PROTOCOL_VERSION("GW-1103", -32600, 400),
    /** No more sessions are accepted. */
    TOO_MANY_SESSIONS("GW-1104", 1104, 503),
    /** The request says that it speaks a revision which the gateway does not know. */
    UNKNOWN_REVISION("GW-1105", -32022, 400),
    /** The {@code requestState} of a retry is not one that the gateway gave out for this request. */
    REQUEST_STATE_INVALID("GW-1106", -32602, 400),
    /** Too many calls wait for their clients to answer a question. */
    TOO_MANY_QUESTIONS("GW-1107", 1107, 503),
    /** A client has begun more tasks than the gateway keeps for it. */
    TOO_MANY_TASKS("GW-1108", 1108, 503),
    /** A caller has more streams open on which it listens for changes than one may have. */
    TOO_MANY_STREAMS("GW-1109", 1109, 429),
    /** The Last-Event-ID is none that the session was given, or its stream is no longer known. */
    UNKNOWN_EVENT("GW-1110", -32600, 400),

    /** The Host header is not one of the allowed hosts. */
    FORBIDDEN_HOST("GW-1201", -32600, 403),
    /** The Origin header is not one of the allowed origins. */
    FORBIDDEN_ORIGIN("GW-1202", -32600, 403),
    /** No valid identity. */
    UNAUTHENTICATED("GW-1203", 1203, 401),
    /** A valid identity without the permission. */
    FORBIDDEN("GW-1204", 1204, 403),

    /** No such tool, or not for this caller. */
    UNKNOWN_TOOL("GW-1301", -32602, 404),
    /** No such prompt, or not for this caller. */
    UNKNOWN_PROMPT("GW-1302", -32602, 404),
    /** No such resource, or not for this caller. */
    UNKNOWN_RESOURCE("GW-1303", -32002, 404),
    /** No such virtual server. */
    UNKNOWN_VIRTUAL_SERVER("GW-1304", -32600, 404),
    /** No such service. */
    UNKNOWN_SERVICE("GW-1305", -32602, 404),
    /** No such task, or not of this caller. */
    UNKNOWN_TASK("GW-1306", -32602, 404),
    /** No such alert or silence. */
    UNKNOWN_ALERT("GW-1307", -32602, 404),
    /** The alert is not in a state in which this can be done to it. */
    ALERT_NOT_OPEN("GW-1308", 1308, 409),

    /** The service could not be started. */
    SERVICE_START_FAILED("GW-1401", 1401, 502),
    /** The service is configured but cannot be used now. */
    SERVICE_UNAVAILABLE("GW-1402", 1402, 503),
    /** The service did not become ready in time. */
    WAKE_TIMEOUT("GW-1403", 1403, 504),
    /** The state of the service does not allow the command. */
    ILLEGAL_TRANSITION("GW-1404", 1404, 409),

    /** The server could not be reached; the request was not delivered. */
    UPSTREAM_UNREACHABLE("GW-1501", 1501, 502),
    /** The server answered something that is not MCP. */
    UPSTREAM_PROTOCOL("GW-1502", 1502, 502),
    /** The connection broke after the request was sent: it may or may not have run. It is not repeated. */
    OUTCOME_UNKNOWN("GW-1503", 1503, 502),
    /** The server did not answer in time: the call may still be running there. */
    CALL_TIMEOUT("GW-1504", 1504, 504),
    /** The server failed repeatedly and is left alone for a while. */
    CIRCUIT_OPEN("GW-1505", 1505, 503),
    /** The caller cancelled the call. */
    CANCELLED("GW-1506", 1506, 499),
    /** The server does not accept the gateway's credentials; nothing ran. */
    UPSTREAM_REFUSED("GW-1507", 1507, 502),
    /** The server answered with an error of its own. */
    UPSTREAM_ERROR("GW-1508", 1508, 502),
    /** The server needs an answer that the client did not or cannot give. */
    ANSWER_NOT_OBTAINED("GW-1509", 1509, 502),
    /** The server wants the gateway to be authorised by a person first; nothing ran. */
    UPSTREAM_AUTHORIZATION_NEEDED("GW-1510", 1510, 502),

    /** The configuration has errors. */
    CONFIGURATION_INVALID("GW-1701", 1701, 500),
    /** The gateway is shutting down. */
    SHUTTING_DOWN("GW-1801", 1801, 503),
    /** A defect in the gateway or in a plugin. */
    INTERNAL("GW-1901", -32603, 500);

    private final String code;
    private final int jsonRpcCode;
    private final int httpStatus;

    ErrorCode(String code, int jsonRpcCode, int httpStatus) {
        this.code = code;
        this.jsonRpcCode = jsonRpcCode;
        this.httpStatus = httpStatus;
    }

    /** The stable name, for example {@code GW-1301}. */
    public String code() {
        return code;
    }

    /** The {@code error.code} of a JSON-RPC answer. */
    public int jsonRpcCode() {
        return jsonRpcCode;
    }

    /** The status on REST paths, and of MCP requests that are refused before they are understood. */
    public int httpStatus() {
        return httpStatus;
    }
}

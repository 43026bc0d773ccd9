package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.TaskExtension;
import java.util.Objects;
import java.util.Set;

/**
 * Whose conversation it is, and what that client can do for a server. Made once for each session of a client and used for
 * all its calls. A client with the same key and other capabilities gets conversations of its own, because a server may
 * count on what was declared when its conversation began. Immutable.
 */
public final class ClientProfile {
    /** What a client may declare that the gateway can bring to it; everything else is kept from servers. */
    private static final Set<String> RELAYED = Set.of("sampling", "elicitation", "roots", "extensions", "experimental");

    private static final JsonSlice NOTHING = JsonSlice.parse("{}");

    /** What a server is told where it could not tell its callers apart: that it may ask for nothing. */
    static final String OFFERS_NOTHING = "{}";

    /**
     * The gateway itself, learning what servers offer. Some servers list a tool only to clients that can be asked what the
     * tool asks, so it declares all that clients of the gateway may be able to do. Asked for roots it has none; all else
     * it refuses, because there is nobody to ask.
     */
    public static final ClientProfile GATEWAY = new ClientProfile(
            ClientKey.GATEWAY,
            ProtocolVersion.LATEST_LEGACY,
            JsonSlice.parse("{\"sampling\":{\"tools\":{}},\"elicitation\":{\"form\":{},\"url\":{}},\"roots\":{}}"));

    private final ClientKey key;
    private final ProtocolVersion version;
    private final JsonSlice capabilities;
    private final String offered;
    private final Era preferred;

    /**
     * @param version the revision that the client speaks
     * @param capabilities what the client declared: the {@code capabilities} of initialize or of one modern request
     */
    public ClientProfile(ClientKey key, ProtocolVersion version, JsonSlice capabilities) {
        this(key, version, capabilities.detached(), relayed(capabilities), version.era());
    }

    private ClientProfile(
            ClientKey key, ProtocolVersion version, JsonSlice capabilities, String offered, Era preferred) {
        this.key = Objects.requireNonNull(key, "key");
        this.version = Objects.requireNonNull(version, "version");
        this.capabilities = capabilities;
        this.offered = offered;
        this.preferred = preferred;
    }

    /** A client that declares nothing. */
    public static ClientProfile plain(ClientKey key) {
        return new ClientProfile(
                key, ProtocolVersion.WITHOUT_HEADER, NOTHING, OFFERS_NOTHING, ProtocolVersion.WITHOUT_HEADER.era());
    }

    /** What of these capabilities a server is told, a JSON object. */
    public static String relayed(JsonSlice capabilities) {
        StringBuilder kept = new StringBuilder("{");
        capabilities.members((name, value) -> {
            if (RELAYED.contains(name) && value.isObject()) {
                String told = (name.equals("extensions") ? TaskExtension.removedFrom(value) : value).toString();
                // A client that has just what the gateway deals with itself is to servers as one that has none.
                if (!name.equals("extensions") || !told.equals(OFFERS_NOTHING)) {
                    kept.append(kept.length() == 1 ? "\"" : ",\"")
                            .append(name)
                            .append("\":")
                            .append(told);
                }
            }
        });
        return kept.append('}').toString();
    }

    public ClientKey key() {
        return key;
    }

    /** The revision that the client speaks. */
    public ProtocolVersion version() {
        return version;
    }

    /** The generation in which a server that speaks both is spoken to: usually the client's own, which needs no translation. */
    public Era preferred() {
        return preferred;
    }

    /** The same client for calls that only one generation of servers understands. */
    public ClientProfile preferring(Era era) {
        return era == preferred ? this : new ClientProfile(key, version, capabilities, offered, era);
    }

    /** Everything that the client declared, a JSON object. */
    public JsonSlice capabilities() {
        return capabilities;
    }

    /** What of it a server is told, a JSON object: only what the gateway can relay. */
    public String offered() {
        return offered;
    }

    /** Whether the client declared this, for example {@code elicitation}. */
    public boolean declares(String capability) {
        return capabilities.member(capability) != null;
    }

    /** Whether the client declared this part of a capability, for example {@code sampling} with {@code tools}. */
    public boolean declares(String capability, String part) {
        JsonSlice declared = capabilities.member(capability);
        return declared != null && declared.member(part) != null;
    }

    @Override
    public String toString() {
        return key.value() + " " + version.date();
    }
}

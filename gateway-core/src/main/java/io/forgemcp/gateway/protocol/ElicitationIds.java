package io.forgemcp.gateway.protocol;

import java.util.UUID;

/** Modern revisions have no ids of elicitations by URL; the one before requires them. */
public final class ElicitationIds {
    private ElicitationIds() {}

    /**
     * The question as a client with sessions expects it.
     *
     * @param params of {@code elicitation/create} or of any other question
     * @return with an id if there has to be one; otherwise the same object
     */
    public static JsonSlice in(JsonSlice params) {
        return "url".equals(params.textMember("mode")) && params.member("elicitationId") == null
                ? params.withMember(
                        "elicitationId", JsonText.quote(UUID.randomUUID().toString()))
                : params;
    }
}

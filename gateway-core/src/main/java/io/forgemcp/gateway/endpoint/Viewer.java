package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.upstream.ClientKey;
import org.jspecify.annotations.Nullable;

/** Who looks at what a virtual server shows. */
public interface Viewer {
    Caller caller();

    /** Name, slug or id of the virtual server; null for everything. */
    @Nullable
    String virtualServer();

    /** Whose conversations with servers its calls go to. */
    ClientKey client();
}

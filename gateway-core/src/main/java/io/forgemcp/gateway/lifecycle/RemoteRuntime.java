package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Servers that somebody else runs, behind a URL. They are taken to be there: whether they answer is found out by the
 * first call, and the gateway neither starts, stops nor puts them to sleep.
 */
public final class RemoteRuntime implements ServiceRuntime {
    @Override
    public String name() {
        return "remote";
    }

    @Override
    public boolean supports(ServiceDefinition service) {
        return service.launch() instanceof Launch.Remote
                && service.wire() != WireProtocol.STDIO
                && (service.runtime() == RuntimeChoice.REMOTE || service.runtime() == RuntimeChoice.AUTO);
    }

    @Override
    public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
        Launch.Remote launch = (Launch.Remote) service.launch();
        return CompletableFuture.completedFuture(new JavaRuntime.Present(
                id, new InstanceAddress.Http(launch.url(), launch.headers(), service.wire(), launch.oauth())));
    }
}

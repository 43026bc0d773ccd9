package io.forgemcp.testkit;

import io.forgemcp.gateway.lifecycle.RemoteRuntime;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.net.URI;

class RemoteRuntimeContractTest extends ServiceRuntimeContract {
    @Override
    protected ServiceRuntime newRuntime() {
        return new RemoteRuntime();
    }

    @Override
    protected ServiceDefinition goodService() {
        return ServiceDefinition.http("remote", URI.create("http://127.0.0.1:1/mcp"))
                .build();
    }
}

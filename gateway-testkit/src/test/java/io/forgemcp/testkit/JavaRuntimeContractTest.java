package io.forgemcp.testkit;

import io.forgemcp.gateway.lifecycle.JavaRuntime;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.service.ServiceDefinition;

class JavaRuntimeContractTest extends ServiceRuntimeContract {
    @Override
    protected ServiceRuntime newRuntime() {
        return new JavaRuntime();
    }

    @Override
    protected ServiceDefinition goodService() {
        return new FakeUpstream("fake").service().build();
    }
}

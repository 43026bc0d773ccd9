package io.forgemcp.testkit;

import io.forgemcp.gateway.transport.InProcessTransport;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.UpstreamTransport;

class InProcessTransportContractTest extends UpstreamTransportContract {
    @Override
    protected UpstreamTransport newTransport() {
        return new InProcessTransport();
    }

    @Override
    protected InstanceAddress address() {
        return new InstanceAddress.InProcess(new FakeUpstream("fake"));
    }
}

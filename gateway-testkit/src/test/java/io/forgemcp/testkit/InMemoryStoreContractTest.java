package io.forgemcp.testkit;

import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;

class InMemoryStoreContractTest extends GatewayStoreContract {
    @Override
    protected GatewayStore newStore() {
        return new InMemoryStore();
    }
}

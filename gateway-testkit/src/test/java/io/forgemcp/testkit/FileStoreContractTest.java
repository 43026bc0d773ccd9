package io.forgemcp.testkit;

import io.forgemcp.gateway.store.FileStore;
import io.forgemcp.gateway.store.GatewayStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileStoreContractTest extends GatewayStoreContract {
    @TempDir
    Path directory;

    @Override
    protected GatewayStore newStore() {
        return new FileStore(directory);
    }
}

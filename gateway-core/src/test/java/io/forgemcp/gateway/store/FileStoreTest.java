package io.forgemcp.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {
    @TempDir
    Path directory;

    @Test
    void documentsSurviveARestartByteForByte() {
        new FileStore(directory).put("catalog", "a \"b\"\n", JsonSlice.parse("{ \"n\" : 1.50 }"));

        assertThat(new FileStore(directory).get("catalog", "a \"b\"\n")).hasToString("Optional[{ \"n\" : 1.50 }]");
    }

    @Test
    void onlyTheOwnerMayReadTheFileAndNoPartsAreLeft() throws IOException {
        Path data = directory.resolve("not/yet/there");
        FileStore store = new FileStore(data);
        store.put("tokens", "k", JsonSlice.parse("1"));
        store.put("tokens", "l", JsonSlice.parse("2"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("tokens.json"))))
                .isEqualTo("rw-------");
        assertThat(data.toFile().list()).containsExactly("tokens.json");
    }

    @Test
    void aDamagedFileIsSetAside() throws IOException {
        Files.writeString(directory.resolve("catalog.json"), "{\"a\":");

        FileStore store = new FileStore(directory);

        assertThat(store.list("catalog")).isEmpty();
        store.put("catalog", "a", JsonSlice.parse("1"));
        assertThat(directory.resolve("catalog.json.bad")).hasContent("{\"a\":");
        assertThat(new FileStore(directory).list("catalog")).hasSize(1);
    }

    @Test
    void aFailureToWriteChangesNothing() throws IOException {
        Path data = directory.resolve("data");
        FileStore store = new FileStore(data);
        store.put("catalog", "a", JsonSlice.parse("1"));
        // Where the directory was, a file is now: nothing can be written below it, not even by root.
        Files.delete(data.resolve("catalog.json"));
        Files.delete(data);
        Files.writeString(data, "");

        assertThatThrownBy(() -> store.put("catalog", "a", JsonSlice.parse("2")))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("could not write")
                .hasMessageContaining("is writable and has space");
        assertThat(store.get("catalog", "a")).hasToString("Optional[1]");
    }
}

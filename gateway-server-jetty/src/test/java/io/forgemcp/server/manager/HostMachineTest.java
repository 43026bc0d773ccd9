package io.forgemcp.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostMachineTest {
    private static final String HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "'', N, NONE",
        "/dev/zram0 partition 100 0 100, N, COMPRESSED",
        "/swapfile file 100 0 -2, N, DISK",
        "/swapfile file 100 0 -2, Y, COMPRESSED",
    })
    void theClassOfSwapIsReadFromTheSystem(String device, String zswap, HostMachine.Swap expected) throws IOException {
        Files.writeString(directory.resolve("swaps"), HEAD + device + "\n");
        Path parameters = Files.createDirectories(directory.resolve("module/zswap/parameters"));
        Files.writeString(parameters.resolve("enabled"), zswap + "\n");
        assertThat(new HostMachine(directory, directory).swap()).isEqualTo(expected);
    }

    @Test
    void whatTheSystemDoesNotSayIsUnknown() {
        HostMachine machine = new HostMachine(directory, directory);
        assertThat(machine.swap()).isEqualTo(HostMachine.Swap.UNKNOWN);
        assertThat(machine.json().path("memory_total").isNull()).isTrue();
        assertThat(machine.json().path("memory_usage_percent").isNull()).isTrue();
    }

    @Test
    void memoryIsCountedInMegabytes() throws IOException {
        Files.writeString(directory.resolve("meminfo"), "MemTotal:  2048 kB\nMemFree: 1 kB\nMemAvailable:  512 kB\n");
        assertThat(new HostMachine(directory, directory)
                        .json()
                        .path("memory_total")
                        .asDouble())
                .isEqualTo(2);
        assertThat(new HostMachine(directory, directory)
                        .json()
                        .path("memory_usage_percent")
                        .asDouble())
                .isEqualTo(75);
    }
}

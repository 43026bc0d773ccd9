package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.lifecycle.SleepDepth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwapSpaceTest {
    private static final long MIB = 1 << 20;
    private static final HostFacts HOST = new HostFacts("28", 1, true, true, false, true, 2);

    @TempDir
    Path host;

    @Test
    void withoutSwapNothingButFreezingIsOffered() throws IOException {
        SwapSpace swap = read("Filename Type Size Used Priority\n", "", "");

        assertThat(swap.totalBytes()).isZero();
        assertThat(HOST.withheld(swap)).containsOnlyKeys(SleepDepth.SHALLOW, SleepDepth.DEEP);
        assertThat(HOST.withheld(swap).get(SleepDepth.DEEP)).contains("no swap").contains("swap file");
    }

    @Test
    void whatLiesOnADiskNeedsNoRam() throws IOException {
        SwapSpace swap = read("Filename Type Size Used Priority\n/swapfile file 1048576 102400 -2\n", "", "");

        assertThat(swap.kind()).isEqualTo("disk");
        assertThat(swap.totalBytes()).isEqualTo(1024 * MIB);
        assertThat(swap.freeBytes()).isEqualTo(924 * MIB);
        assertThat(swap.compressedShare(50 * MIB)).isZero();
        assertThat(HOST.withheld(swap)).isEmpty();
    }

    @Test
    void whatLiesInZramNeedsItsShareOfTheCompressedStore() throws IOException {
        SwapSpace swap = read(
                "Filename Type Size Used Priority\n/dev/zram0 partition 1048576 102400 100\n",
                "104857600 41943040 52428800 0 0 0 0 0",
                "");

        assertThat(swap.kind()).isEqualTo("zram");
        assertThat(swap.compressedShare(50 * MIB)).isEqualTo(25 * MIB);
    }

    @Test
    void whatLiesInZswapNeedsItsShareOfThePool() throws IOException {
        SwapSpace swap = read(
                "Filename Type Size Used Priority\n/swapfile file 1048576 102400 -2\n",
                "",
                "MemTotal: 1000 kB\nZswap: 40960 kB\nZswapped: 102400 kB\n");

        assertThat(swap.kind()).isEqualTo("disk behind zswap");
        assertThat(swap.compressedShare(50 * MIB)).isEqualTo(20 * MIB);
    }

    @Test
    void swapThatIsNearlyFullIsNotSwap() throws IOException {
        SwapSpace swap = read("Filename Type Size Used Priority\n/swapfile file 1048576 1000000 -2\n", "", "");

        assertThat(HOST.withheld(swap).get(SleepDepth.SHALLOW)).isEqualTo("only 47 MB of swap are free");
    }

    @Test
    void anEngineElsewhereAndAKernelThatDoesNotCountOfferFreezingOnly() throws IOException {
        SwapSpace swap = read("Filename Type Size Used Priority\n/swapfile file 1048576 0 -2\n", "", "");

        assertThat(new HostFacts("28", 2, false, true, false, true, 2).withheld(swap))
                .containsKeys(SleepDepth.SHALLOW, SleepDepth.DEEP);
        assertThat(new HostFacts("28", 1, true, false, false, true, 2)
                        .withheld(swap)
                        .get(SleepDepth.DEEP))
                .contains("swapaccount=1");
    }

    private SwapSpace read(String swaps, String zram, String meminfo) throws IOException {
        Files.writeString(host.resolve("swaps"), swaps);
        Files.writeString(host.resolve("meminfo"), meminfo);
        Path device = Files.createDirectories(host.resolve("block/zram0"));
        Files.writeString(device.resolve("mm_stat"), zram);
        return SwapSpace.read(host, host);
    }
}

package io.forgemcp.gateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcSystemLoadTest {
    @TempDir
    private Path proc;

    private void write(String stat, String meminfo) throws IOException {
        Files.writeString(proc.resolve("stat"), stat);
        Files.writeString(proc.resolve("meminfo"), meminfo);
    }

    @Test
    void memoryIsWhatProgramsCouldNotHaveAndTheProcessorIsMeasuredBetweenTwoLooks() throws IOException {
        ProcSystemLoad load = new ProcSystemLoad(proc, proc);
        write(
                "cpu  100 0 100 800 0 0 0 0 50 0\ncpu0 1 1 1 1\n",
                "MemTotal: 1000 kB\nMemFree: 10 kB\nMemAvailable: 250 kB\n");
        SystemLoad.Reading first = load.read();
        assertThat(first.memory()).isEqualTo(0.75);
        assertThat(first.cpu()).isNull();
        assertThat(first.disk()).isBetween(0.0, 1.0);
        write("cpu  130 0 130 830 10 0 0 0 90 0\n", "MemTotal: 1000 kB\nMemAvailable: 1000 kB\n");
        SystemLoad.Reading second = load.read();
        assertThat(second.cpu()).isCloseTo(0.6, within(1e-9));
        assertThat(second.memory()).isZero();
    }

    @Test
    void whoLooksAgainAtOnceSeesTheSameAndNotTheInstantBetween() throws IOException {
        ProcSystemLoad load = new ProcSystemLoad(proc, proc);
        write("cpu  100 0 100 800 0 0 0 0 0 0\n", "");
        load.read();
        write("cpu  130 0 130 840 0 0 0 0 0 0\n", "");
        assertThat(load.read().cpu()).isCloseTo(0.6, within(1e-9));
        write("cpu  131 0 130 840 0 0 0 0 0 0\n", "");
        assertThat(load.read().cpu()).isCloseTo(0.6, within(1e-9));
        write("cpu  131 0 130 939 0 0 0 0 0 0\n", "");
        assertThat(load.read().cpu()).isCloseTo(0.01, within(1e-9));
    }

    @Test
    void whatCannotBeReadIsUnknown() throws IOException {
        ProcSystemLoad load = new ProcSystemLoad(proc.resolve("none"), proc.resolve("none"));
        assertThat(load.read()).isEqualTo(SystemLoad.Reading.UNKNOWN);
        write("nonsense", "MemTotal: many kB\n");
        assertThat(new ProcSystemLoad(proc, proc).read().memory()).isNull();
    }
}

package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.lifecycle.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both versions of control groups, on a stand-in for the kernel's files: no machine has both. */
class ContainerCgroupTest {
    private static final SwapSpace HALF_COMPRESSED = new SwapSpace(1000, 500, 500, 250, "zram");

    @TempDir
    Path host;

    @Test
    void versionOneHasAFileForEachThing() throws IOException {
        write("7/cgroup", "9:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n");
        write("fs/cgroup/memory/docker/abc/memory.usage_in_bytes", "100\n");
        write("fs/cgroup/memory/docker/abc/memory.memsw.usage_in_bytes", "140\n");
        write("fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "200\n");
        write("fs/cgroup/cpuacct/docker/abc/cpuacct.usage", "5000\n");

        ContainerCgroup cgroup = ContainerCgroup.of(7, host, host).orElseThrow();

        assertThat(cgroup.usage(HALF_COMPRESSED)).isEqualTo(new Instance.Usage(100, 5000, 40L, 20L));
        assertThat(cgroup.memoryLimit()).isEqualTo(200);
    }

    @Test
    void versionTwoHasOneDirectory() throws IOException {
        write("7/cgroup", "0::/system.slice/docker-abc.scope\n");
        write("fs/cgroup/system.slice/docker-abc.scope/memory.current", "100\n");
        write("fs/cgroup/system.slice/docker-abc.scope/memory.swap.current", "40\n");
        write("fs/cgroup/system.slice/docker-abc.scope/memory.max", "200\n");
        write("fs/cgroup/system.slice/docker-abc.scope/cpu.stat", "usage_usec 5\nuser_usec 4\n");

        ContainerCgroup cgroup = ContainerCgroup.of(7, host, host).orElseThrow();

        assertThat(cgroup.usage(HALF_COMPRESSED)).isEqualTo(new Instance.Usage(100, 5000, 40L, 20L));
        assertThat(cgroup.memoryLimit()).isEqualTo(200);
    }

    @Test
    void aKernelThatDoesNotCountSwapLeavesItUnknown() throws IOException {
        write("7/cgroup", "9:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n");
        write("fs/cgroup/memory/docker/abc/memory.usage_in_bytes", "100\n");
        write("fs/cgroup/cpuacct/docker/abc/cpuacct.usage", "5000\n");

        assertThat(ContainerCgroup.of(7, host, host).orElseThrow().usage(HALF_COMPRESSED))
                .isEqualTo(new Instance.Usage(100, 5000));
    }

    @Test
    void whereNothingCanBeReadThereIsNone() {
        assertThat(ContainerCgroup.of(7, host, host)).isEmpty();
        assertThat(ContainerCgroup.of(0, host, host)).isEmpty();
    }

    private void write(String file, String text) throws IOException {
        Path path = host.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}

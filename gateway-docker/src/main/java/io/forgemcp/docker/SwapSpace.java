package io.forgemcp.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The swap of this host, as it is now: its size, and how much RAM what lies in it still needs. Reading it costs some
 * microseconds.
 *
 * @param totalBytes of all swap devices and files; zero if there is none
 * @param freeBytes of it
 * @param usedBytes of it, before any compression
 * @param compressedBytes of RAM that zram and zswap need for what lies in swap
 * @param kind for people: {@code disk}, {@code zram}, {@code disk behind zswap} or {@code none}
 */
record SwapSpace(long totalBytes, long freeBytes, long usedBytes, long compressedBytes, String kind) {
    private static final long KIB = 1024;

    /** @param proc and sys are {@code /proc} and {@code /sys}, or stand-ins */
    static SwapSpace read(Path proc, Path sys) {
        long total = 0;
        long used = 0;
        long compressed = 0;
        boolean zram = false;
        for (String line : lines(proc.resolve("swaps"))) {
            // Filename Type Size Used Priority
            String[] columns = line.trim().split("\\s+");
            if (columns.length >= 5 && columns[0].startsWith("/")) {
                total += number(columns[2]) * KIB;
                used += number(columns[3]) * KIB;
                String device = columns[0].substring(columns[0].lastIndexOf('/') + 1);
                if (device.startsWith("zram")) {
                    zram = true;
                    compressed += zramBytes(sys.resolve("block").resolve(device).resolve("mm_stat"));
                }
            }
        }
        long zswap = zswapBytes(proc);
        boolean zswapped = zswap > 0 || enabled(sys.resolve("module/zswap/parameters/enabled"));
        String kind = total == 0 ? "none" : zram ? "zram" : zswapped ? "disk behind zswap" : "disk";
        return new SwapSpace(total, total - used, used, compressed + zswap, kind);
    }

    /** The RAM that the compressed store needs for this much swapped memory: its share, taking all as equally dense. */
    long compressedShare(long swapped) {
        return usedBytes == 0 ? 0 : (long) ((double) compressedBytes / usedBytes * Math.min(swapped, usedBytes));
    }

    /** The third number is what the device needs of RAM in all (kernel documentation, zram). */
    private static long zramBytes(Path statistics) {
        List<String> lines = lines(statistics);
        String[] columns = lines.isEmpty() ? new String[0] : lines.get(0).trim().split("\\s+");
        return columns.length > 2 ? number(columns[2]) : 0;
    }

    private static long zswapBytes(Path proc) {
        return lines(proc.resolve("meminfo")).stream()
                .filter(line -> line.startsWith("Zswap:"))
                .mapToLong(line -> number(line.replaceAll("\\D+", "")) * KIB)
                .findFirst()
                .orElse(0);
    }

    private static boolean enabled(Path parameter) {
        return lines(parameter).stream().anyMatch(line -> line.startsWith("Y"));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException notThere) {
            return List.of();
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException unreadable) {
            return 0;
        }
    }
}

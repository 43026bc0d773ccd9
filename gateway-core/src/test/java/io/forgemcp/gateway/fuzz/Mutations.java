package io.forgemcp.gateway.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Feeds a target with bytes made from samples: pieces are cut, doubled, swapped between samples and replaced by what
 * parsers stumble over. Prints its seed; {@code FORGE_TEST_SEED} repeats a run, {@code FORGE_FUZZ_SECONDS} changes how
 * long each target gets (20 s where {@code CI} is set, 3 s elsewhere). Not thread-safe.
 */
public final class Mutations {
    private static final List<byte[]> NASTY = List.of(
            bytes("\""),
            bytes("\\"),
            bytes("\\u"),
            bytes("\\ud800"),
            bytes("{"),
            bytes("}"),
            bytes("["),
            bytes("]"),
            bytes("[[[[[[[["),
            bytes(":"),
            bytes(","),
            bytes("\r"),
            bytes("\n"),
            bytes("\r\n"),
            bytes("\n\n"),
            bytes("data:"),
            bytes("id:"),
            bytes("retry: 99999999999999999999\n"),
            bytes("1e999999999"),
            bytes("-0"),
            bytes("1.0"),
            bytes("9007199254740993"),
            bytes("null"),
            bytes("=?base64?"),
            bytes("?="),
            bytes(" \t "),
            bytes("\"id\":1,"),
            bytes("\"\\u0069d\":2,"),
            bytes("\"method\":\"ping\","),
            new byte[] {0},
            new byte[] {(byte) 0xff},
            new byte[] {(byte) 0xc0, (byte) 0x80},
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf},
            new byte[] {(byte) 0xf0, (byte) 0x9f, (byte) 0x98, (byte) 0x80});
    private static final int MOST_CHANGES = 6;
    private static final int LONGEST = 4096;

    private final List<byte[]> samples;
    private final Random random;

    private Mutations(List<byte[]> samples, Random random) {
        this.samples = new ArrayList<>(samples);
        this.random = random;
    }

    /**
     * Runs a target until its time is over or it throws; then the input is shown with the failure.
     *
     * @return how many inputs it was given
     */
    public static long run(String name, List<String> samples, Consumer<byte[]> target) {
        String fixed = System.getenv("FORGE_TEST_SEED");
        long seed = fixed == null ? System.nanoTime() : Long.parseLong(fixed);
        System.out.println(name + ": FORGE_TEST_SEED=" + seed);
        Mutations mutations =
                new Mutations(samples.stream().map(Mutations::bytes).toList(), new Random(seed));
        long end = System.nanoTime() + time().toNanos();
        long count = 0;
        do {
            byte[] input = mutations.next();
            try {
                target.accept(input);
            } catch (RuntimeException | Error failure) {
                throw new AssertionError(
                        name + " with seed " + seed + ", input " + count + ": "
                                + java.util.Base64.getEncoder().encodeToString(input),
                        failure);
            }
            count++;
        } while (System.nanoTime() < end);
        System.out.println(name + ": " + count + " inputs");
        return count;
    }

    private static Duration time() {
        String seconds = System.getenv("FORGE_FUZZ_SECONDS");
        if (seconds != null) {
            return Duration.ofSeconds(Long.parseLong(seconds));
        }
        return Duration.ofSeconds(Boolean.parseBoolean(System.getenv("CI")) ? 20 : 3);
    }

    private byte[] next() {
        byte[] input = pick(samples);
        for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
            input = change(input);
        }
        if (random.nextInt(1000) == 0 && input.length < LONGEST) {
            // What has come this far is built upon.
            samples.add(input);
        }
        return input.length > LONGEST ? java.util.Arrays.copyOf(input, LONGEST) : input;
    }

    private byte[] change(byte[] input) {
        int at = random.nextInt(input.length + 1);
        int to = at + random.nextInt(Math.min(input.length - at, 40) + 1);
        return switch (random.nextInt(6)) {
            case 0 -> splice(input, at, to, new byte[0]);
            case 1 -> splice(input, at, at, pick(NASTY));
            case 2 -> splice(input, at, to, pick(NASTY));
            case 3 -> splice(input, at, at, java.util.Arrays.copyOfRange(input, at, to));
            case 4 -> {
                byte[] other = pick(samples);
                int from = random.nextInt(other.length + 1);
                yield splice(input, at, to, java.util.Arrays.copyOfRange(other, from, other.length));
            }
            default -> splice(input, at, Math.min(at + 1, input.length), new byte[] {(byte) random.nextInt(256)});
        };
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static byte[] splice(byte[] input, int from, int to, byte[] piece) {
        byte[] result = new byte[input.length - (to - from) + piece.length];
        System.arraycopy(input, 0, result, 0, from);
        System.arraycopy(piece, 0, result, from, piece.length);
        System.arraycopy(input, to, result, from + piece.length, input.length - to);
        return result;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}

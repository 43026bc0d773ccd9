package io.forgemcp.it;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What this process holds.
 *
 * @param children processes below it, their own children included
 * @param threads how many there are of each name, numbers left out; those of the tests and of the JDK do not count
 */
record Footprint(long children, Map<String, Long> threads) {
    private static final Pattern NOT_OURS = Pattern.compile(
            "(HttpClient-|ForkJoinPool|Attach|awaitility|process reaper|CompletableFutureDelayScheduler|Cleaner|Common-Cleaner).*");

    /** Everything there is. */
    static Footprint now() {
        return of(thread -> true);
    }

    /** Without threads that wait in a pool for work: a pool may keep them for a minute. */
    static Footprint ofTheBusy() {
        return of(thread -> Arrays.stream(thread.getStackTrace())
                .map(StackTraceElement::getMethodName)
                .noneMatch(method -> method.equals("getTask") || method.equals("idleJobPoll")));
    }

    private static Footprint of(Predicate<Thread> counted) {
        return new Footprint(
                ProcessHandle.current().descendants().count(),
                Thread.getAllStackTraces().keySet().stream()
                        .filter(Thread::isAlive)
                        .filter(counted)
                        .map(thread -> thread.getName().replaceAll("[0-9a-f]{6,}|\\d+", "#"))
                        .filter(name -> !NOT_OURS.matcher(name).matches())
                        .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting())));
    }

    /** Threads that were not there before; pools may have fewer now. */
    Map<String, Long> threadsBeyond(Footprint before) {
        Map<String, Long> more = new TreeMap<>();
        threads.forEach((name, count) -> {
            long extra = count - before.threads.getOrDefault(name, 0L);
            if (extra > 0) {
                more.put(name, extra);
            }
        });
        return more;
    }
}

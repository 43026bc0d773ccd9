package io.forgemcp.gateway.lifecycle.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one helper process of the gateway: it outlives the gateway by a moment and takes the children along.
 *
 * <p>It is a POSIX shell that reads commands from a pipe whose only writer is this JVM. However the JVM ends, {@code
 * kill -9} included, the kernel closes the pipe; the shell then reads end of file and kills every group it was told to
 * watch. SIGKILL also ends what is frozen. Children that left their group (browsers like to) are found by a variable in
 * their environment, where {@code /proc} shows it.
 *
 * <p>Because a shell has {@code kill} built in, it also sends all other signals: a line through a pipe takes a fraction
 * of a millisecond where starting {@code /bin/kill} takes several. One shell serves all children; a watchdog for each
 * would cost a process for each.
 *
 * <p>It runs in a session of its own where it can, so that Ctrl-C in a terminal reaches the gateway alone. If somebody
 * kills it, another takes over and is told again what to watch. Thread-safe.
 */
final class Warden implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Warden.class);

    /** Marks descendants. Its value is the runtime's own random name and a number. */
    static final String MARKER = "FORGE_MCP_INSTANCE";

    private static final String SCRIPT = """
            trap '' INT HUP QUIT TERM PIPE
            sweep() {
              for found in $(grep -lsF -e "%s=$1" /proc/[0-9]*/environ 2>/dev/null); do
                found=${found#/proc/}
                kill -s KILL "${found%%/environ}" 2>/dev/null
              done
            }
            watched=
            while read -r verb who; do
              case $verb in
                watch) watched="$watched $who" ;;
                forget)
                  kept=
                  for each in $watched; do [ "$each" = "$who" ] || kept="$kept $each"; done
                  watched=$kept ;;
                sweep) sweep "$who"; echo 0 ;;
                quit) exit 0 ;;
                *) kill -s "$verb" -- "$who" 2>/dev/null; echo $? ;;
              esac
            done
            for each in $watched; do kill -s KILL -- "$each" 2>/dev/null; done
            sweep "$1"
            sleep 1
            sweep "$1"
            """.formatted(MARKER);

    private final List<String> command;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> watched = new LinkedHashSet<>();
    /** Commands without an answer yet; answers come in the same order. */
    private final Deque<CompletableFuture<Boolean>> unanswered = new ArrayDeque<>();

    private @Nullable Process shell;
    private boolean closed;

    /**
     * @param newSession the words that start a command in a session of its own; empty if this host has none
     * @param runName the part of the markers that all children of this runtime share
     */
    Warden(List<String> newSession, String runName) {
        List<String> words = new ArrayList<>(newSession);
        words.addAll(List.of("sh", "-c", SCRIPT, "forge-warden", runName));
        this.command = List.copyOf(words);
    }

    /** From now on this group dies with the gateway. When this returns the fact is safe in the pipe. */
    void watch(ProcessGroup group) throws IOException {
        lock.lock();
        try {
            watched.add(group.target());
            tell("watch " + group.target());
        } catch (IOException failure) {
            watched.remove(group.target());
            throw failure;
        } finally {
            lock.unlock();
        }
    }

    /** The group has ended: its number may come to belong to somebody else. */
    void forget(ProcessGroup group) {
        lock.lock();
        try {
            if (watched.remove(group.target()) && shell != null) {
                tell("forget " + group.target());
            }
        } catch (IOException gone) {
            LOG.debug("event=warden_gone", gone);
        } finally {
            lock.unlock();
        }
    }

    /** Sends a signal; completes with whether there was anybody to receive it. */
    CompletionStage<Boolean> signal(Signal signal, ProcessGroup group) {
        return ask(signal + " " + group.target());
    }

    /** Kills whatever carries the marker, also outside the group. */
    CompletionStage<Boolean> sweep(ProcessGroup group) {
        return ask("sweep " + group.marker());
    }

    /** Dismisses the shell; it kills whatever is still watched. Idempotent. */
    @Override
    public void close() {
        Process current;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            current = shell;
            if (current != null) {
                if (watched.isEmpty()) {
                    tell("quit");
                }
                closed = true;
                current.getOutputStream().close();
            }
        } catch (IOException gone) {
            current = null;
        } finally {
            closed = true;
            lock.unlock();
        }
        try {
            if (current != null && !current.waitFor(3, TimeUnit.SECONDS)) {
                LOG.warn("event=warden_lingers pid={}", current.pid());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletionStage<Boolean> ask(String line) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        lock.lock();
        try {
            unanswered.addLast(answer);
            tell(line);
        } catch (IOException failure) {
            unanswered.removeLast();
            answer.completeExceptionally(failure);
        } finally {
            lock.unlock();
        }
        return answer;
    }

    /** Writes one line; a pipe holds more lines than will ever wait, so this does not block. */
    private void tell(String line) throws IOException {
        if (closed) {
            throw new IOException("The helper shell that sends signals has been dismissed");
        }
        Process current = shell;
        if (current == null) {
            current = hire();
        }
        OutputStream pipe = current.getOutputStream();
        pipe.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        pipe.flush();
    }

    private Process hire() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().retainAll(Set.of("PATH"));
        Process started = builder.start();
        shell = started;
        OutputStream pipe = started.getOutputStream();
        for (String target : watched) {
            pipe.write(("watch " + target + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        Thread reader = new Thread(null, () -> listen(started), "forge-warden", 128 * 1024);
        reader.setDaemon(true);
        reader.start();
        return started;
    }

    private void listen(Process listened) {
        try (BufferedReader answers = listened.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                CompletableFuture<Boolean> answered = next();
                if (answered != null) {
                    answered.complete(line.equals("0"));
                }
            }
        } catch (IOException broken) {
            LOG.debug("event=warden_gone", broken);
        }
        replace(listened);
    }

    private @Nullable CompletableFuture<Boolean> next() {
        lock.lock();
        try {
            return unanswered.poll();
        } finally {
            lock.unlock();
        }
    }

    /** The shell has ended. Unless that was asked for, another takes its place at once. */
    private void replace(Process ended) {
        List<CompletableFuture<Boolean>> lost = new ArrayList<>();
        lock.lock();
        try {
            if (shell == ended) {
                shell = null;
                lost.addAll(unanswered);
                unanswered.clear();
                if (!closed && !watched.isEmpty()) {
                    LOG.warn("event=warden_died pid={} watched={} action=replaced", ended.pid(), watched.size());
                    hire().getOutputStream().flush();
                }
            }
        } catch (IOException failure) {
            LOG.error("event=warden_not_replaced effect=\"children may outlive the gateway\"", failure);
        } finally {
            lock.unlock();
        }
        IOException died = new IOException("The helper shell that sends signals has died");
        lost.forEach(answer -> answer.completeExceptionally(died));
    }
}

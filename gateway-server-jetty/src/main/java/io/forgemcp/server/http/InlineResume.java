package io.forgemcp.server.http;

import java.util.concurrent.Executor;
import org.eclipse.jetty.io.Connection;

/**
 * Jetty hands a connection whose answer was finished on another thread to a thread of the pool, only to have it look for the
 * next request. Looking never blocks here, so the finishing thread does it: one switch between threads less a call.
 */
public record InlineResume(Executor pool) implements Executor {
    @Override
    public void execute(Runnable task) {
        if (task instanceof Connection) {
            task.run();
        } else {
            pool.execute(task);
        }
    }
}

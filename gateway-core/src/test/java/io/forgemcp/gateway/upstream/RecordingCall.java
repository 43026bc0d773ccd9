package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Keeps what comes back for a call, and notices if it is told of two ends. */
final class RecordingCall implements CallListener {
    final List<Message> notifications = new CopyOnWriteArrayList<>();
    final CompletableFuture<Message> answer = new CompletableFuture<>();
    volatile boolean endedTwice;

    @Override
    public void onNotification(Message notification) {
        notifications.add(notification);
    }

    @Override
    public void onAnswer(Message message) {
        endedTwice |= !answer.complete(message);
    }

    @Override
    public void onFailure(GatewayException failure) {
        endedTwice |= !answer.completeExceptionally(failure);
    }

    /** The answer as text, within ten seconds. */
    String result() {
        try {
            return String.valueOf(answer.get(10, TimeUnit.SECONDS).get(Message.Field.RESULT));
        } catch (ExecutionException failed) {
            throw new AssertionError("The call failed", failed.getCause());
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError("No answer in time", late);
        }
    }

    /** The failure, within ten seconds. */
    GatewayException failure() {
        try {
            throw new AssertionError("Answered: " + answer.get(10, TimeUnit.SECONDS));
        } catch (ExecutionException failed) {
            return (GatewayException) failed.getCause();
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError("No failure in time", late);
        }
    }
}

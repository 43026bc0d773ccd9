package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Keeps what a channel says about one message, or about itself. */
final class RecordingReceiver implements UpstreamChannel.Receiver, ChannelListener {
    final List<String> messages = new CopyOnWriteArrayList<>();
    final CompletableFuture<String> first = new CompletableFuture<>();
    final CompletableFuture<Void> end = new CompletableFuture<>();
    final List<String> unreadable = new CopyOnWriteArrayList<>();
    volatile boolean endedTwice;
    volatile int suspensions;

    @Override
    public void onMessage(Message message) {
        messages.add(new String(message.bytes(), StandardCharsets.UTF_8));
        first.complete(messages.get(0));
    }

    @Override
    public boolean onUnreadable(byte[] text, GatewayException reason) {
        unreadable.add(reason.code() + " " + new String(text, StandardCharsets.UTF_8));
        return true;
    }

    @Override
    public void onSuspended() {
        suspensions++;
    }

    @Override
    public void onEnd() {
        endedTwice |= !end.complete(null);
    }

    @Override
    public void onFailure(GatewayException failure) {
        endedTwice |= !end.completeExceptionally(failure);
    }

    @Override
    public void onClosed(GatewayException reason) {
        onFailure(reason);
    }

    /** Waits for a good end. */
    RecordingReceiver ended() {
        try {
            end.get(10, TimeUnit.SECONDS);
            return this;
        } catch (ExecutionException failed) {
            throw new AssertionError("Failed", failed.getCause());
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError("No end in time", late);
        }
    }

    GatewayException failure() {
        try {
            end.get(10, TimeUnit.SECONDS);
            throw new AssertionError("Ended well with " + messages);
        } catch (ExecutionException failed) {
            return (GatewayException) failed.getCause();
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError("No failure in time", late);
        }
    }

    String firstMessage() {
        try {
            return first.get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException late) {
            throw new AssertionError("No message in time", late);
        }
    }
}

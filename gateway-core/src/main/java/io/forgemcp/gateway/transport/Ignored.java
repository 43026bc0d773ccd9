package io.forgemcp.gateway.transport;

import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** For requests whose answer changes nothing, such as the DELETE that ends a session. */
enum Ignored implements HttpExchanger.Listener {
    INSTANCE;

    @Override
    public void onHeaders(int status, Function<String, @Nullable String> headers) {}

    @Override
    public void onContent(ByteBuffer part) {}

    @Override
    public void onComplete() {}

    @Override
    public void onFailure(Throwable failure, boolean delivered) {}
}

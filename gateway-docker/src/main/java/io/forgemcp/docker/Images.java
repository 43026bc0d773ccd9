package io.forgemcp.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds images, and fetches those that are missing: each once however many services wait for it. Thread-safe. */
final class Images {
    private static final Logger LOG = LoggerFactory.getLogger(Images.class);
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final Duration REPORT = Duration.ofSeconds(5);
    private static final long MIB = 1 << 20;

    private final Engine engine;
    private final Timers timers;
    private final boolean pullMissing;
    private final Map<String, CompletableFuture<Void>> pulls = new ConcurrentHashMap<>();

    Images(Engine engine, Timers timers, boolean pullMissing) {
        this.engine = engine;
        this.timers = timers;
        this.pullMissing = pullMissing;
    }

    /** What the engine knows of the image; null if it is not there. Blocks for some milliseconds. */
    @Nullable
    InspectImageResponse find(String image) {
        try {
            return engine.call(client -> client.inspectImageCmd(image).exec());
        } catch (NotFoundException missing) {
            return null;
        }
    }

    /** Makes sure that the image is there. Fails with what to run if it is not and cannot be fetched. */
    CompletableFuture<Void> fetch(EngineLink link, ServiceName service, String image) {
        if (!pullMissing) {
            return CompletableFuture.failedFuture(missing(service, image, "and fetching images is switched off"));
        }
        return pulls.computeIfAbsent(image, name -> pull(link, name))
                .copy()
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        missing(service, image, "and could not be fetched: " + EngineFailure.reason(failure))));
    }

    private static GatewayException missing(ServiceName service, String image, String why) {
        return new GatewayException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "Service " + service + " cannot be started: its image " + image + " is not on this host " + why
                        + ". Run: docker pull " + image + " (or docker build -t " + image
                        + " <directory>), or correct the key image.");
    }

    private CompletableFuture<Void> pull(EngineLink link, String image) {
        Pull pull = new Pull(image);
        pull.done.whenComplete((fetched, failure) -> pulls.remove(image, pull.done));
        LOG.info("event=image_pull_started image={}", image);
        pull.watch();
        // A digest or tag is part of the name; without either the engine would fetch every tag.
        String name =
                image.contains("@") || image.indexOf(':', image.lastIndexOf('/') + 1) > 0 ? image : image + ":latest";
        link.streams().pullImageCmd(name).exec(pull);
        return pull.done;
    }

    /** One pull: its progress goes to the log every few seconds, and it is given up when nothing moves any more. */
    private final class Pull implements ResultCallback<PullResponseItem> {
        private final String image;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final Map<String, ResponseItem.ProgressDetail> layers = new ConcurrentHashMap<>();
        private volatile @Nullable Closeable stream;
        private volatile long heard = timers.nanoTime();

        Pull(String image) {
            this.image = image;
        }

        void watch() {
            timers.schedule(REPORT, () -> {
                if (done.isDone()) {
                    return;
                }
                if (timers.nanoTime() - heard > SILENCE.toNanos()) {
                    done.completeExceptionally(new IOException("nothing came for " + SILENCE.toSeconds() + " s"));
                    close();
                    return;
                }
                LOG.info("event=image_pull image={} fetched_mb={} of_mb={}", image, sum(false), sum(true));
                watch();
            });
        }

        private long sum(boolean total) {
            return layers.values().stream()
                            .mapToLong(layer -> orZero(total ? layer.getTotal() : layer.getCurrent()))
                            .sum()
                    / MIB;
        }

        private long orZero(@Nullable Long value) {
            return value == null ? 0 : value;
        }

        @Override
        public void onStart(Closeable closeable) {
            stream = closeable;
        }

        @Override
        public void onNext(PullResponseItem item) {
            heard = timers.nanoTime();
            if (item.getErrorDetail() != null) {
                done.completeExceptionally(new IOException(item.getErrorDetail().getMessage()));
            }
            if (item.getId() != null && item.getProgressDetail() != null) {
                layers.put(item.getId(), item.getProgressDetail());
            }
        }

        @Override
        public void onError(Throwable failure) {
            done.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            if (done.complete(null)) {
                LOG.info("event=image_pulled image={}", image);
            }
        }

        @Override
        public void close() {
            Closeable open = stream;
            if (open != null) {
                try {
                    open.close();
                } catch (IOException brokenAlready) {
                    LOG.trace("event=pull_closed", brokenAlready);
                }
            }
        }
    }
}

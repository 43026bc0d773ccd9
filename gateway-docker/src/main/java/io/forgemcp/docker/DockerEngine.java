package io.forgemcp.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A Docker engine that answered.
 *
 * @param version of the engine, for example {@code 28.2.2}
 * @param apiVersion newest version of the Engine API that it speaks, for example {@code 1.50}
 * @param operatingSystem of the engine's host
 */
public record DockerEngine(String version, String apiVersion, String operatingSystem) {
    /** The Engine API of Docker 20.10, the oldest that the gateway works with. */
    public static final int OLDEST_API_MINOR = 41;

    /**
     * Asks the engine who it is. Blocks for at most about the timeout.
     *
     * @param host as in {@code DOCKER_HOST}, {@code unix:///path} or {@code tcp://host:port}; null or empty for what
     *     docker-java finds in the environment
     * @throws GatewayException with {@link ErrorCode#SERVICE_UNAVAILABLE} and the reason if none answers, or with {@link
     *     ErrorCode#CONFIGURATION_INVALID} if the host is not an address
     */
    public static DockerEngine ask(@Nullable String host, Duration timeout) {
        DefaultDockerClientConfig config = config(host);
        ApacheDockerHttpClient.Builder http = new ApacheDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .maxConnections(2)
                .connectionTimeout(timeout)
                .responseTimeout(timeout);
        try (DockerClient client = DockerClientImpl.getInstance(config, http.build())) {
            Version version = client.versionCmd().exec();
            return new DockerEngine(
                    known(version.getVersion()), known(version.getApiVersion()), known(version.getOperatingSystem()));
        } catch (IOException | RuntimeException failure) {
            throw new GatewayException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "No Docker engine answers at " + config.getDockerHost() + ": " + reason(failure)
                            + ". Start it, or set DOCKER_HOST.",
                    failure);
        }
    }

    private static DefaultDockerClientConfig config(@Nullable String host) {
        try {
            DefaultDockerClientConfig.Builder builder = DefaultDockerClientConfig.createDefaultConfigBuilder();
            return (host == null || host.isEmpty() ? builder : builder.withDockerHost(host)).build();
        } catch (RuntimeException invalid) {
            throw new GatewayException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "DOCKER_HOST \"" + host + "\" is not an address. Write unix:///path or tcp://host:port.",
                    invalid);
        }
    }

    private static String known(@Nullable String value) {
        return value == null || value.isEmpty() ? "unknown" : value;
    }

    /** The innermost cause says what really happened; the client wraps it several times. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    /** Whether it is at least Docker 20.10. An engine that does not say is taken to be. */
    public boolean isRecentEnough() {
        String[] parts = apiVersion.split("\\.", -1);
        if (parts.length != 2) {
            return true;
        }
        try {
            return Integer.parseInt(parts[0]) > 1 || Integer.parseInt(parts[1]) >= OLDEST_API_MINOR;
        } catch (NumberFormatException unreadable) {
            return true;
        }
    }
}

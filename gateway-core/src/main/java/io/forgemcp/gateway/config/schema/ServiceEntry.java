package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Key;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.service.WakeTime;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One service of {@code services.yml}, as it is written there; null where nothing is said. */
public record ServiceEntry(
        @Key("The container image, by name, tag or digest. Needed for `runtime: docker`.") @Nullable
        String image,

        @Key(
                value =
                        "Program and arguments, as a list or as one line; never passed to a shell. In a container they take"
                                + " the place of the image's entry point; without them the image's own is used. `{port}` is replaced"
                                + " by the port of an HTTP server. A command that is wrapped in `python3 -m"
                                + " forge.translate --stdio \"...\"` is understood as the stdio command inside.",
                words = true)
        List<String> command,

        @Key("How the server is spoken to. Without it: stdio, or streamable-http if `port` or `url` is given.")
        @Nullable
        Transport transport,

        @Key(value = "The port an HTTP server listens on; 0 lets the gateway choose a free one.", max = 65535) @Nullable
        Integer port,

        @Key("The path of the endpoint of an HTTP server; without it `/mcp`, or `/sse` for `transport: sse`.") @Nullable
        String path,

        @Key("The URL of a server that runs elsewhere; needed for `runtime: remote`.") @Nullable
        URI url,

        @Key("HTTP headers sent with every request to `url`.")
        Map<String, String> headers,

        @Key(
                "Who the gateway is if the server behind `url` wants OAuth; nothing is needed where it can register itself. With an `Authorization` header in `headers` there is no OAuth. See oauth.md.")
        OAuth oauth,

        @Key(
                value = "Where it runs. `auto` takes a container where an image is named and an engine has answered, or"
                        + " the entry has `volumes`, `user` or `network`, and a process otherwise; with `url`, remote.",
                standard = "auto")
        Runtime runtime,

        @Key("Variables set for the command.") Map<String, String> environment,

        @Key(
                "What a container sees of the host: `./data: /data`, or `/data:ro`. Relative host paths resolve against the project directory; others must lie below it or below one of `volume_directories`.")
        Map<String, String> volumes,

        @Key(
                "What a container can reach: nothing, the gateway's host, or also the internet. Without it `none` for stdio, `internal` for HTTP.")
        Launch.@Nullable Network network,

        @Key(
                "Who a container runs as: a name or number, with a group after a colon if wanted. Without it the image's user, and nobody (65534) where that is root.")
        @Nullable
        String user,

        @Key("What it may use. Enforced in containers.") Limits resources,

        @Key(value = "Whether it is started with the gateway.", standard = "false")
        boolean autoStart,

        @Key("When it may sleep.") Sleep sleepPolicy,
        @Key("How it is asked whether it is well.") Health healthCheck,

        @Key("Who shares a conversation with it. Without it `shared` for stdio, `session` for HTTP.") @Nullable
        Isolation isolation,

        @Key("Words to find it by.") List<String> tags,
        @Key(value = "What it is for.", standard = "") String description) {

    /** Without command, environment, headers and url, whose values may be secret. */
    @Override
    public String toString() {
        return "ServiceEntry[image=" + image + ", transport=" + transport + ", runtime=" + runtime + "]";
    }

    /** How the gateway introduces itself to authorization servers. */
    public record OAuth(
            @Key(
                    value =
                            "Whether the gateway gets itself authorised; with false a server that wants a token refuses it.",
                    standard = "true")
            boolean enabled,

            @Key("The id of a client that was registered by hand, where the gateway cannot register itself.") @Nullable
            String clientId,

            @Key("The secret of that client, by a variable: `${NAME}`. None for a public client.") @Nullable
            String clientSecret,

            @Key(
                    "The private key of that client instead of a secret, in PEM (PKCS #8), by a variable: `${NAME}`, in which line breaks may be written as `\\n`. Of RSA, or on the curve P-256, P-384 or P-521.")
            @Nullable
            String clientPrivateKey,

            @Key(
                    "The HTTPS URL under which the gateway's client metadata document is published: its client id where such documents are taken.")
            @Nullable
            URI clientMetadataUrl,

            @Key("The scopes to ask for. Without them, those that the server names.")
            List<String> scopes,

            @Key(
                    "The only authorization server to turn to, by its issuer, where the server behind `url` shall not choose: worth its line where there is a secret. Without it, the one that the server names, and with a secret always the first.")
            @Nullable
            String issuer,

            @Key(
                    value =
                            "Whose rights the gateway has: those of the person who agreed, or with `client-credentials` those of the client itself, for which nobody is asked.",
                    standard = "authorization-code")
            OAuthClient.Grant grant) {
        /** Nothing is said. */
        public boolean isEmpty() {
            return enabled
                    && clientId == null
                    && clientSecret == null
                    && clientPrivateKey == null
                    && clientMetadataUrl == null
                    && scopes.isEmpty()
                    && issuer == null
                    && grant == OAuthClient.Grant.AUTHORIZATION_CODE;
        }

        /** Without the secret and the key. */
        @Override
        public String toString() {
            return "OAuth[enabled=" + enabled + ", clientId=" + clientId + "]";
        }
    }

    /** How a server is spoken to. */
    public enum Transport {
        STDIO,
        STREAMABLE_HTTP,
        SSE
    }

    /** Where a service runs. */
    public enum Runtime {
        DOCKER,
        PROCESS,
        REMOTE,
        AUTO
    }

    /** What a service may use. */
    public record Limits(
            @Key("Most memory. Never more than its category allows.") @Nullable
            DataSize memory,

            @Key(value = "Most processor cores. Never more than its category allows.", min = 0.01) @Nullable
            Double cpu,

            @Key("Memory set aside for it.") @Nullable DataSize memoryReservation,

            @Key("Processor cores set aside for it.") @Nullable
            Double cpuReservation) {}

    /** When a service may sleep. */
    public record Sleep(
            @Key(
                    value =
                            "Whether it ever sleeps on its own. Without it, as its class in sleep-policies says, else true.")
            @Nullable
            Boolean enabled,

            @Key("How long after the last served request ended it falls asleep.") @Nullable
            Duration idleTimeout,

            @Key("Least time awake after a start or wake, and least time since last use.") @Nullable
            Duration minSleepTime,

            @Key("The memory it is expected to keep while asleep.") @Nullable
            DataSize memoryReservation,

            @Key("Who wakes first and who sleeps last.") @Nullable
            Priority priority,

            @Key(
                    value =
                            "How deeply it sleeps. `auto` is the deepest whose wakes stay within the target of its priority.",
                    standard = "auto")
            SleepPolicy.Depth depth,

            @Key(
                    "Times at which it is awake without having been called, `Mon-Fri 08:30` or `daily 22:15`: it is woken as much earlier as its own wakes take. Days are `daily`, `weekdays`, `weekends`, or names and ranges of them with commas between.")
            List<WakeTime> wakeSchedule,

            @Key("The time zone of `wake_schedule`, for example `Europe/Berlin`. Without it, the system's.") @Nullable
            String timeZone,

            @Key(
                    value =
                            "How long it stays awake at least from a time of `wake_schedule` on. Without it, the idle timeout.",
                    min = 1,
                    max = 604_800)
            @Nullable
            Duration stayAwake) {}

    /** How a running service is asked whether it is well. */
    public record Health(
            @Key("A path of an HTTP server; without it, an MCP ping.") @Nullable
            String path,

            @Key(value = "Time between two checks.", standard = "30s", min = 1)
            Duration interval,

            @Key(value = "After this time a check has failed.", standard = "10s", min = 0.1)
            Duration timeout) {}
}

package io.forgemcp.gateway.service;

import io.forgemcp.gateway.inprocess.InProcessServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has to happen for a service to be there. */
public sealed interface Launch {
    /**
     * A command, on this host or in a container.
     *
     * @param image the container image, or null if it can only run as a process
     * @param command program and arguments, each one word; never passed to a shell
     * @param environment variables set for the command, values already substituted; may hold secrets
     * @param volumes what of the host it sees
     * @param directory where it runs as a process; null for the gateway's own directory
     * @param port the port it listens on for HTTP; 0 for stdio, or to let the gateway choose a free one, which then
     *     stands in the variable {@code PORT} and for {@code {port}} in the command
     * @param path of its MCP endpoint, for HTTP
     * @param container what holds only where it runs in a container
     */
    record Command(
            @Nullable String image,
            List<String> command,
            Map<String, String> environment,
            List<Volume> volumes,
            @Nullable Path directory,
            int port,
            String path,
            Container container)
            implements Launch {
        public Command {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
            volumes = List.copyOf(volumes);
            if (command.isEmpty() && image == null) {
                throw new IllegalArgumentException("A service needs a command or an image");
            }
        }

        /** One that has nothing to say about containers. */
        public Command(
                @Nullable String image,
                List<String> command,
                Map<String, String> environment,
                List<Volume> volumes,
                @Nullable Path directory,
                int port,
                String path) {
            this(image, command, environment, volumes, directory, port, path, Container.DEFAULT);
        }

        /** A stdio command without anything else. */
        public static Command of(List<String> command) {
            return new Command(null, command, Map.of(), List.of(), null, 0, "/mcp");
        }

        /** The program only: arguments and environment may hold secrets, as a connection string does. */
        @Override
        public String toString() {
            String program = command.isEmpty() ? "" : command.get(0) + " and " + (command.size() - 1) + " arguments";
            return "Command[" + (image == null ? "" : image + ": ") + program + "]";
        }
    }

    /**
     * A server that runs elsewhere.
     *
     * @param url of its MCP endpoint, or of its event stream for HTTP+SSE
     * @param headers sent with every request; may hold secrets
     * @param oauth who the gateway is if the server wants OAuth
     */
    record Remote(URI url, Map<String, String> headers, OAuthClient oauth) implements Launch {
        public Remote {
            headers = Map.copyOf(headers);
        }

        /** One about whose authorization nothing is said. */
        public Remote(URI url, Map<String, String> headers) {
            this(url, headers, OAuthClient.AUTOMATIC);
        }

        /** Without the headers, whose values may be secret. */
        @Override
        public String toString() {
            return "Remote[" + url + "]";
        }
    }

    /** A server inside this process. */
    record Java(InProcessServer server) implements Launch {}

    /**
     * A directory of the host that a container sees.
     *
     * @param host absolute path on the host
     * @param container path in the container
     */
    record Volume(Path host, String container, boolean readOnly) {}

    /**
     * How a container is confined, beyond what every one is.
     *
     * @param network what it can reach; null for as little as it can be spoken to with
     * @param user name or number, with a group after a colon if wanted; null for the image's own, and for nobody where
     *     that is root
     */
    record Container(@Nullable Network network, @Nullable String user) {
        /** Nothing said. */
        public static final Container DEFAULT = new Container(null, null);
    }

    /** What a container can reach. */
    enum Network {
        /** Nothing at all; enough for a server that is spoken to on its standard streams. */
        NONE,
        /** The gateway's host only: neither the internet nor other services. */
        INTERNAL,
        /** The internet and whatever else the host reaches, but not other services. */
        EGRESS
    }
}
